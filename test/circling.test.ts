import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Outcome } from '../contract/outcome.ts'
import { type Reply, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { circling, withTurn } from '../workflows/core/stuck.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

const read = (path: string, to = 100) => ({ toolCalls: [{ name: 'read', arguments: { path, to } }] })
/** What each model does in its n-th turn. */
const ways: Record<string, (turn: number) => Reply> = {
  repeats: () => read('a.txt'),
  'ping-pong': (turn) => read(turn % 2 ? 'a.txt' : 'b.txt'),
  'in-threes': (turn) => read(['a.txt', 'b.txt', 'c.txt'][turn % 3]!),
  silent: () => ({ text: '' }),
  mumbles: () => ({ toolCalls: [{ name: 'no-such-tool', arguments: {} }] }),
  runs: () => ({ toolCalls: [{ name: 'run', arguments: { command: 'date +%N' } }] }),
  'tests-again': () => ({ toolCalls: [{ name: 'tests', arguments: {} }] }),
  'listens-once': (turn) => (turn <= 3 ? read('a.txt') : turn < 12 ? read('b.txt', turn) : 'done'),
  'looks-alike': (turn) => (turn < 14 ? read('a.txt', turn) : 'done'),
}

let bench: CoreBench
let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer({
    script: ({ model, messages }) => ways[model]!(messages.filter(({ role }) => role === 'assistant').length + 1),
  })
  bench = await openBench('./workflows/models.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

async function turnsOf(model: string, carried?: object) {
  const repo = makeRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' })
  const run = await bench.start('reading', { models: `openai/${model}`, repo, turns: 58 }, carried)
  const { value } = (await run.result()) as Outcome<{ turns: number; stopped?: string; why?: string }>
  return value!
}

test.each([
  ['repeats', 4, 'The same calls were made 3 times in a row'],
  ['ping-pong', 7, 'The same 2 turns with the same results came round 3 times'],
  ['in-threes', 10, 'The same 3 turns'],
  ['silent', 4, '3 turns in a row brought no action'],
  ['mumbles', 4, 'The same calls'],
  ['tests-again', 4, 'The same calls'],
])('an agent that %s is told once and stopped after %i turns instead of 58', async (model, turns, why) => {
  expect(await turnsOf(model)).toMatchObject({ turns, stopped: 'circling', why: expect.stringContaining(why) })
})

test.each([1, 2, 3])(
  'an agent is stopped for going round in circles alike when the run continues as new after every %i steps',
  async (seamEvery) => {
    expect(await turnsOf('ping-pong', { seamEvery })).toMatchObject({ turns: 7, stopped: 'circling' })
  },
)

test('an agent that listens to being told goes on, and tasks that only look alike are not stopped', async () => {
  expect(await turnsOf('listens-once')).toMatchObject({ turns: 12 })
  expect(await turnsOf('listens-once')).not.toHaveProperty('stopped')
  expect(await turnsOf('looks-alike')).toMatchObject({ turns: 14 })
})

test('only turns that come round three times are a circle', () => {
  expect(circling(['a', 'a'])).toBeUndefined()
  expect(circling(['a', 'b', 'a', 'b', 'a'])).toBeUndefined()
  expect(circling(['a', 'b', 'a', 'b', 'a', 'c'])).toBeUndefined()
  expect(circling(['x', 'a', 'b', 'a', 'b', 'a', 'b'])).toContain('2 turns')
  // A tool that polls leaves no trace: however often, it is no circle.
  expect(circling(Array.from({ length: 9 }).reduce<string[]>((recent) => withTurn(recent, undefined), []))).toBeUndefined()
})
