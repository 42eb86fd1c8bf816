import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { WorkflowFailedError } from '@temporalio/client'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
let server: ScriptedServer
let asked: string[] = []
let hangs = true

beforeAll(async () => {
  server = await startScriptedServer({
    script({ messages }) {
      const { content } = messages.at(-1)!
      asked.push(String(content))
      return content === 'hang' && hangs ? { hang: true } : 'said'
    },
  })
  bench = await openBench('./workflows/exits.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
beforeEach(() => {
  asked = []
  hangs = true
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const limits = { concurrency: 3 }
const start = (how: string, carried?: object) => bench.start('leaving', { models: 'openai/x', how, limits }, carried)

for (const seamEvery of [undefined, 1, 2]) {
  const when = seamEvery === undefined ? '' : `, also when the run continues as new after every ${seamEvery} steps`
  // A call that hangs would keep the run from continuing.
  const carried = seamEvery === undefined ? undefined : { seamEvery }
  test(`an exit from a loop in a loop ends the run as it says, and what was in flight or to come is skipped${when}`, async () => {
    hangs = seamEvery === undefined
    const run = await start('accepted', carried)
    expect(await run.result()).toMatchObject({ status: 'accepted', value: 'early', why: 'It was there already.' })
    expect(asked.filter((text) => text.startsWith('more')).length).toBeLessThan(49)
    const { raw } = await run.describe()
    expect(raw.pendingActivities ?? []).toEqual([])
  }, 60_000)
}

test('an exit may stop the run for a reason, which is never called accepted', async () => {
  const run = await start('stopped')
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'blocked', why: 'There is nothing to do here.' })
  expect(await run.result()).not.toHaveProperty('value')
})

test('the first exit stands, whatever comes after it', async () => {
  expect(await (await start('twice')).result()).toMatchObject({ status: 'accepted', value: 'early' })
})

test('whoever catches an exit does not keep the run', async () => {
  expect(await (await start('caught')).result()).toMatchObject({ status: 'accepted', value: 'early' })
})

test('an exit with what the declaration does not call its output fails the run', async () => {
  const error: unknown = await (await start('unfit')).result().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(WorkflowFailedError)
  expect((error as WorkflowFailedError).cause).toMatchObject({ type: 'InvalidOutput' })
})
