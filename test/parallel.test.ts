import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
let server: ScriptedServer
const heard = (model: string) => server.counts.byModel[model] ?? 0

beforeAll(async () => {
  server = await startScriptedServer({
    script: async ({ model }: ScriptedRequest) => {
      if (model.startsWith('fails')) return { error: { status: 404 } }
      if (model.startsWith('hangs')) return { hang: true }
      // The first branch is answered only when all the others have been asked.
      if (model === 'last') await server.when(({ byModel }) => (byModel['second'] ?? 0) > 0)
      // Goes on well after the branch beside it has failed.
      if (model === 'patient') await server.when(({ byModel }) => (byModel['fails-too'] ?? 0) > 0)
      return `I am ${model}.`
    },
  })
  bench = await openBench('./workflows/racing.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const race = (branches: string[][], more: object = {}) =>
  bench.start('racing', { branches: branches.map((models) => models.map((model) => `openai/${model}`)), ...more })

test('results come in the order of the branches, whichever ends first', async () => {
  expect(await (await race([['last'], ['first', 'second'], ['third']])).result()).toMatchObject({
    value: ['I am last.', 'I am first. I am second.', 'I am third.'],
  })
})

test('the first failure ends the branches beside it, without waiting for one that hangs', async () => {
  const run = await race([['hangs', 'never-asked'], ['fails']])
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'ModelFailed', message: expect.stringContaining('openai/fails') } })
  await server.when(({ inFlight }) => inFlight === 0)
  expect(heard('never-asked')).toBe(0)
})

test('without failFast every branch is waited for, and then the first failure is told', async () => {
  const run = await race([['patient', 'goes-on'], ['fails-too'], ['fails-last']], { failFast: false })
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'ModelFailed', message: expect.stringContaining('openai/fails-too') } })
  expect(heard('goes-on')).toBe(1)
})
