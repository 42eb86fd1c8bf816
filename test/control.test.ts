import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WorkflowHandle } from '@temporalio/client'
import { type Outcome } from '../contract/outcome.ts'
import { type Status } from '../contract/messages.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

let bench: CoreBench
let server: ScriptedServer
let script: (request: ScriptedRequest) => Reply | Promise<Reply>
let repo: string

beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => script(request) })
  // What a command leaves behind is a file outside, which a sandbox would hide.
  const environment = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_SANDBOX: 'none' }
  bench = await openBench('./workflows/models.ts', environment)
  repo = makeRepository({ 'notes.txt': 'a note\n' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})
afterEach(() => {
  server.requests.length = 0
})

const read = (turns: number, carried?: unknown, limits = {}): Promise<WorkflowHandle> =>
  bench.start('reading', { models: 'openai/x', repo, turns, limits }, carried)
const turnsOf = ({ messages }: ScriptedRequest) => messages.filter(({ role }) => role === 'assistant').length
const reading = (last: number) => (request: ScriptedRequest) =>
  turnsOf(request) >= last
    ? 'That is all.'
    : { toolCalls: [{ name: 'read', arguments: { path: 'notes.txt', to: 100 + turnsOf(request) } }], delayMilliseconds: 20 }
/** What people said, in the order in which the last request has it. */
const heard = () => heardIn(server.requests.at(-1)!)
const heardIn = ({ messages }: ScriptedRequest) =>
  messages.filter(({ role, content }) => role === 'user' && String(content).includes(' says: ')).map(({ content }) => String(content))

for (const carried of [undefined, { seamEvery: 1 }, { seamEvery: 2 }]) {
  test(`steering reaches the model before its next turn, exactly once and in order${carried ? `, also when the run continues as new after every ${carried.seamEvery} steps` : ''}`, async () => {
    let sent = false
    // The model goes on reading until everything has been said to it.
    script = (request) =>
      turnsOf(request) >= 12 && sent
        ? 'That is all.'
        : { toolCalls: [{ name: 'read', arguments: { path: 'notes.txt', to: 100 + turnsOf(request) } }], delayMilliseconds: 20 }
    const run = await read(200, carried)
    for (let index = 1; index <= 6; index++) {
      await run.executeUpdate('steer', { args: [{ text: `word ${index}`, by: 'ada', id: `word-${index}` }] })
      // The same message again, as after a lost answer.
      await run.executeUpdate('steer', { args: [{ text: `word ${index}`, by: 'ada', id: `word-${index}` }] })
    }
    await run.signal('steer', { text: 'by signal' })
    sent = true
    await run.result()
    expect(heard()).toEqual([...Array.from({ length: 6 }, (_, index) => `ada says: word ${index + 1}`), 'A person says: by signal'])
  })
}

test('what is said while the model gives its last answer is heard before the agent ends', async () => {
  const run = read(20)
  script = async (request) => {
    if (heardIn(request).length > 0) return 'That too.'
    await (await run).executeUpdate('steer', { args: [{ text: 'and the second file' }] })
    return 'That is all.'
  }
  const outcome = (await (await run).result()) as Outcome<{ answer: string }>
  expect(heard()).toEqual(['A person says: and the second file'])
  expect(outcome.value?.answer).toBe('That too.')
})

test('a tool that the model was not offered is not used, even if there is one of that name', async () => {
  const told: string[] = []
  script = (request) => {
    told.push(...request.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content)))
    return turnsOf(request) === 0 ? { toolCalls: [{ name: 'repair', arguments: {} }] } : 'That is all.'
  }
  expect(await (await read(5)).result()).toMatchObject({ status: 'accepted' })
  expect(told).toEqual([expect.stringContaining('There is no tool repair.')])
  expect(server.requests[0]!.tools.map(({ name }) => name)).not.toContain('repair')
})

test('a message for the end waits until the agent would stop, and then goes on', async () => {
  script = reading(3)
  const run = await read(20)
  await run.executeUpdate('steer', { args: [{ text: 'and now summarise', when: 'end' }] })
  const outcome = (await run.result()) as Outcome<{ turns: number }>
  expect(outcome.value?.turns).toBe(5)
  expect(heard()).toEqual(['A person says: and now summarise'])
})

test('pause now closes a hanging model call; after resume it is made again, with the note', async () => {
  script = (request) => (request.count === hanging ? { hang: true } : reading(2)(request))
  const hanging = server.counts.requests + 2
  const run = await read(20)
  await server.when(({ requests }) => requests >= hanging)
  expect(await run.executeUpdate('pause', { args: [{ now: true }] })).toEqual({ accepted: true })
  await server.when(({ inFlight }) => inFlight === 0)
  expect(await run.query<Status>('status')).toMatchObject({ status: 'paused' })
  await run.executeUpdate('resume', { args: [{ note: 'go on please' }] })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
  expect(server.counts.requests).toBeGreaterThan(hanging)
})

test('a run that is stopped during a hanging model call ends at once, and the call is closed and charged whole', async () => {
  script = () => ({ hang: true })
  const before = server.counts.requests
  const run = await read(20)
  await server.when(({ requests }) => requests > before)
  await run.cancel()
  const outcome = (await run.result()) as Outcome<unknown>
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  expect(outcome.spent.tokens).toBeGreaterThan(16_000)
  await server.when(({ inFlight }) => inFlight === 0)
})

test('a run whose working time is up stops, and its clock stands while it is paused', async () => {
  script = () => ({ text: 'slow', delayMilliseconds: 6_000 })
  const run = await read(20, undefined, { minutes: 0.03 })
  const outcome = (await run.result()) as Outcome<unknown>
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'minutes' })
  expect(outcome.spent.milliseconds).toBeGreaterThanOrEqual(1_800)
})

test('a lost provider is tried three times, waiting between, and then the next model answers', async () => {
  const before = server.counts.requests
  script = ({ model }) => (model === 'down' ? { error: { status: 503 } } : 'here I am')
  const run = await bench.start('asking', { models: ['openai/down', 'openai/up'], calls: 1 })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: ['here I am'] })
  expect(server.counts.requests - before).toBe(4)
})

test('a model that refuses the request is not asked again, and the next one is', async () => {
  const before = server.counts.requests
  script = ({ model }) => (model === 'gone' ? { error: { status: 404 } } : 'here I am')
  const run = await bench.start('asking', { models: ['openai/gone', 'openai/up'], calls: 1 })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: ['here I am'] })
  expect(server.counts.requests - before).toBe(2)
})

test('a command that is cut off by pause now is not run again: the model is told that nobody knows', async () => {
  const marks = join(mkdtempSync(join(tmpdir(), 'marks-')), 'marks')
  const command = `node -e "require('fs').appendFileSync('${marks}', 'x'); setTimeout(() => {}, 60000)"`
  script = (request) => (turnsOf(request) === 0 ? { toolCalls: [{ name: 'run', arguments: { command } }] } : 'I shall look.')
  const run = await read(5)
  while (!existsSync(marks)) await new Promise((resolve) => setTimeout(resolve, 50))
  await run.executeUpdate('pause', { args: [{ now: true }] })
  await run.executeUpdate('resume', { args: [{}] })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: { turns: 2 } })
  expect(readFileSync(marks, 'utf8')).toBe('x')
  expect(JSON.stringify(server.requests.at(-1)!.messages)).toContain('nobody knows whether it did its work')
})
