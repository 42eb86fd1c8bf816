import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { type WorkflowHandle } from '@temporalio/client'
import { type Status } from '../contract/messages.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'
import { until } from './support/until.ts'

let bench: CoreBench
let server: ScriptedServer
let script: (request: ScriptedRequest) => Reply
const spoken: Record<string, number> = {}

beforeAll(async () => {
  server = await startScriptedServer({
    script: (request) => {
      spoken[request.model] = (spoken[request.model] ?? 0) + 1
      return script(request)
    },
  })
  // A process that has left its group is not hidden by a sandbox here.
  bench = await openBench('./workflows/holding.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_SANDBOX: 'none' })
}, 120_000)
afterAll(async () => {
  await bench.close()
  await server.close()
})

const statusOf = (run: WorkflowHandle) => run.query<Status>('status')
const more = (model: string, count = 3) => {
  const before = spoken[model] ?? 0
  return until(
    () => spoken[model] ?? 0,
    (now) => now >= before + count,
  )
}
/** Waits until nothing of a stage is in flight any more. */
const quiet = (run: WorkflowHandle, stage = '') =>
  until(
    () => statusOf(run),
    ({ open }) => !open.some(({ path, kind }) => path.startsWith(stage) && (kind === 'model' || kind === 'tool' || kind === 'verify')),
  )
const says = (text: string): Reply => ({ text, delayMilliseconds: 20 })
const childOf = (run: WorkflowHandle) => bench.client.workflow.getHandle(`${run.workflowId}/parallel#1/branch#2/talking#1`)
const send = (run: WorkflowHandle, name: string, message: object) => run.executeUpdate(name, { args: [message] })

test('one stage, one run, or the whole tree is paused, and only that; what it waits for goes on where it was', async () => {
  script = () => says('on')
  const run = await bench.start('pair', { calls: 4_000 })
  await Promise.all([more('left'), more('right')])
  const child = childOf(run)

  expect(await send(run, 'pause', { stage: 'parallel#1/branch#1' })).toEqual({ accepted: true })
  const { pausedStages, status } = await quiet(run, 'parallel#1/branch#1')
  expect({ pausedStages, status }).toEqual({ pausedStages: ['parallel#1/branch#1'], status: 'running' })
  const left = spoken['left']
  await more('right')
  expect(spoken['left']).toBe(left)
  expect(await send(run, 'resume', { stage: 'parallel#1/branch#2' })).toMatchObject({ accepted: false })
  expect(await send(run, 'resume', { stage: 'parallel#1/branch#1' })).toEqual({ accepted: true })
  await more('left')

  // A stage with a run of its own inside.
  await send(run, 'pause', { stage: 'parallel#1/branch#2' })
  await until(
    () => statusOf(child),
    (seen) => seen.status === 'paused',
  )
  await quiet(child)
  const right = spoken['right']
  await more('left')
  expect(spoken['right']).toBe(right)
  await send(run, 'resume', { stage: 'parallel#1/branch#2' })
  await more('right')

  await send(run, 'pause', { children: false })
  await quiet(run)
  const alone = spoken['left']
  await more('right')
  expect(spoken['left']).toBe(alone)

  await send(run, 'pause', {})
  await until(
    () => statusOf(child),
    (seen) => seen.status === 'paused',
  )
  await quiet(child)
  const all = { ...spoken }
  expect(await statusOf(run)).toMatchObject({ status: 'paused' })
  // Nobody may have been asked by the time that both have answered again.
  expect(await send(run, 'steer', { text: 'hear' })).toEqual({ accepted: true })
  await statusOf(child)
  expect({ left: spoken['left'], right: spoken['right'] }).toEqual({ left: all['left'], right: all['right'] })
  await send(run, 'resume', {})
  await Promise.all([more('left'), more('right')])
  await run.terminate()
}, 120_000)

const turns = ({ messages }: ScriptedRequest) => messages.filter(({ role }) => role === 'assistant').length

for (const carried of [undefined, { seamEvery: 1 }]) {
  test(`what is said while a run is paused reaches the very next request, in order${carried ? ', also when the run has continued as new' : ''}`, async () => {
    let goOn = true
    const asked: ScriptedRequest[] = []
    script = (request) => {
      asked.push(request)
      const reading = { toolCalls: [{ name: 'read', arguments: { path: 'notes.txt', to: 100 + turns(request) } }], delayMilliseconds: 20 }
      return goOn ? reading : 'That is all.'
    }
    const repo = makeRepository({ 'notes.txt': 'a note\n' })
    const run = await bench.start('reading', { models: 'openai/reader', repo, turns: 500 }, carried)
    await more('reader')
    await send(run, 'pause', {})
    await quiet(run)
    const before = asked.length
    for (const text of ['one', 'two', 'three']) await send(run, 'steer', { text, by: 'ada' })
    goOn = false
    await send(run, 'resume', { note: 'four', by: 'ada' })
    expect(await run.result()).toMatchObject({ status: 'accepted' })
    const said = asked
      .slice(before)
      .map(({ messages }) => messages.map(({ content }) => String(content)).filter((text) => / says: /.test(text)))
    expect(said).toEqual([['one', 'two', 'three', 'four'].map((word) => `ada says: ${word}`)])
  }, 120_000)
}

/** The processes that have a word in their command lines. */
const processesWith = (word: string) =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word)
    } catch {
      // It has ended.
      return false
    }
  })

test('pause now ends a reply that drips, and resume goes on with the note', async () => {
  const dripping = { text: 'drop '.repeat(5_000), drip: { bytes: 20, delayMilliseconds: 200 } }
  script = (request) => (JSON.stringify(request.messages).includes('go on') ? 'Done.' : dripping)
  const repo = makeRepository({ 'notes.txt': 'a note\n' })
  const run = await bench.start('reading', { models: 'openai/dripping', repo, turns: 3 })
  await more('dripping', 1)
  await send(run, 'pause', { now: true })
  await server.when(({ inFlight }) => inFlight === 0)
  expect(await statusOf(run)).toMatchObject({ status: 'paused' })
  script = (request) =>
    JSON.stringify(request.messages).includes('go on') ? 'Done.' : { toolCalls: [{ name: 'read', arguments: { path: 'notes.txt' } }] }
  await send(run, 'resume', { note: 'go on' })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
}, 120_000)

test('pause now ends a run of the tests with the daemon that it has forked, and resume runs them again', async () => {
  const word = `daemon-${randomUUID()}`
  const repo = makeRepository({
    'test.js': `
      const { spawn } = require('node:child_process')
      if (require('node:fs').existsSync('${word}')) process.exit(0)
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${word}'], { detached: true, stdio: 'ignore' }).unref()
      setInterval(() => {}, 1000)`,
  })
  const run = await bench.start('writing', { repo, files: 1, test: `node test.js ${word}` })
  await until(
    () => processesWith(word),
    (found) => found.length >= 2,
  )
  await send(run, 'pause', { now: true })
  await until(
    () => processesWith(word),
    (found) => found.length === 0,
  )
  await quiet(run)
  expect(await statusOf(run)).toMatchObject({ status: 'paused' })
  await send(run, 'resume', {})
  await until(
    () => processesWith(word),
    (found) => found.length >= 2,
  )
  await run.cancel()
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  await until(
    () => processesWith(word),
    (found) => found.length === 0,
  )
}, 180_000)
