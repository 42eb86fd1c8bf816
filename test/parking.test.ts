import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { type Status } from '../contract/messages.ts'
import { type Reply, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
let server: ScriptedServer
const answers = new Map<string, (count: number) => Reply>()
const good = '{"answer":4}'
const refused: Reply = { error: { status: 401, body: { error: { message: 'This key was revoked.' } } } }
beforeAll(async () => {
  server = await startScriptedServer({
    script: ({ model }) => answers.get(model)!(server.requests.filter((request) => request.model === model).length),
  })
  bench = await openBench('./workflows/values.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

/** Starts a run of some model calls, one after the other. */
async function start(answer: (count: number) => Reply, calls: number, seamEvery?: number) {
  const model = `model-${randomUUID()}`
  answers.set(model, answer)
  const input = { models: `openai/${model}`, schema: 'simple', calls }
  return bench.start('valuing', input, ...(seamEvery === undefined ? [] : [{ seamEvery }]))
}

async function waiting(run: Awaited<ReturnType<typeof start>>): Promise<Status> {
  for (;;) {
    const status = await run.query<Status>('status')
    if (status.status === 'waiting') return status
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

for (const seamEvery of [undefined, 1]) {
  const when = seamEvery === undefined ? '' : ', also when it continues as new meanwhile'
  test(`a run whose key is taken back waits, says so, and goes on once it is mended${when}`, async () => {
    let mended = false
    const run = await start((count) => (count === 1 || mended ? good : refused), 3, seamEvery)
    const status = await waiting(run)
    expect(status).toMatchObject({
      waitingFor: 'mending',
      why: expect.stringMatching(/a key that worked is refused: .*OPENAI_API_KEY.*This key was revoked/),
    })
    expect(status.open.filter(({ kind }) => kind === 'model')).toEqual([])
    mended = true
    expect(await run.executeUpdate('resume', { args: [{ note: 'There is a new key.' }] })).toEqual({ accepted: true })
    expect(await run.result()).toMatchObject({ status: 'accepted', value: [{ answer: 4 }, { answer: 4 }, { answer: 4 }] })
  })
}

test('a run that waits for its key looks again by itself after a minute, and a person may stop it', async () => {
  const run = await start((count) => (count === 1 ? good : refused), 2)
  await waiting(run)
  const { events } = await run.fetchHistory()
  const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
  )
  expect(timers).toContain(60)
  await run.cancel()
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'cancelled' })
})

test('a key that never worked does not wait: the run ends at once', async () => {
  const run = await start(() => refused, 2)
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'ModelFailed' } })
})
