import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { connect, type Loopwright } from '../client/index.ts'
import { switchboard } from '../contract/holds.ts'
import { sealedEncoding } from '../contract/sealed.ts'
import { standingIn } from '../contract/switches.ts'
import { declarations } from './support/workflows/holding.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { startServer } from '../workers/server.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'
import { until } from './support/until.ts'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** A server of its own: a switch tells every open run of a server, and other tests' runs would hear it. */
let temporal: Awaited<ReturnType<typeof startServer>>
let folder: string
let bench: CoreBench
let models: ScriptedServer
let loopwright: Loopwright
let script: (request: ScriptedRequest) => Reply

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loopwright-holds-'))
  temporal = await startServer({ stateFolder: folder, ui: false })
  models = await startScriptedServer({ script: (request) => script(request) })
  const environment = { OPENAI_BASE_URL: models.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_SANDBOX: 'none' }
  bench = await openBench('./workflows/holding.ts', environment, [], temporal.address)
  const { stateFolder, taskQueue } = bench
  loopwright = await connect({ address: temporal.address, stateFolder, taskQueue, declarations })
}, 120_000)
afterAll(async () => {
  await loopwright?.close()
  await bench?.close()
  await models?.close()
  await temporal?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

const says = (text: string): Reply => ({ text, delayMilliseconds: 20 })
const askedOf = (model: string) => models.requests.filter((request) => request.model === model).length

const held = (run: string, by: string) =>
  until(
    () => loopwright.status(run),
    ({ status, why, waitingFor }) => status === 'paused' && waitingFor === 'release' && why.includes(by),
  )

test('a switch holds the runs that use a model, those that are under way and those that start later, until it is released', async () => {
  script = () => says('again')
  const early = await loopwright.start('talking', { models: 'openai/costly', calls: 10_000 })
  await until(
    async () => askedOf('costly'),
    (count) => count > 2,
  )
  const told = await loopwright.holds.hold({ model: 'openai/costly' }, { by: 'ada', reason: 'too dear', lagMilliseconds: 0 })
  expect(told).toEqual([{ run: early, accepted: true }])
  expect(await held(early, 'model openai/costly, by ada: too dear')).toMatchObject({ open: expect.anything(), holds: [{ by: 'ada' }] })
  const before = askedOf('costly')
  const late = await loopwright.start('talking', { models: 'openai/costly', calls: 1 })
  const other = await loopwright.start('talking', { models: 'openai/cheap', calls: 3 })
  expect(await loopwright.result(other)).toMatchObject({ status: 'accepted' })
  await held(late, 'by ada')
  expect(askedOf('costly')).toBe(before)
  expect(await loopwright.holds.list()).toMatchObject([{ model: 'openai/costly', by: 'ada', reason: 'too dear' }])
  // Going on is another matter than being released.
  expect(await loopwright.resume(early, {})).toEqual({
    accepted: false,
    reason: expect.stringContaining('`loopwright release --model openai/costly`'),
  })
  const released = await loopwright.holds.release({ model: 'openai/costly' }, { by: 'ada', lagMilliseconds: 0 })
  expect(new Set(released)).toEqual(new Set([early, late].map((run) => ({ run, accepted: true }))))
  expect(await loopwright.result(late)).toMatchObject({ status: 'accepted' })
  await until(
    async () => askedOf('costly'),
    (count) => count > before + 1,
  )
  expect(await loopwright.holds.list()).toEqual([])
  await loopwright.stop(early)
  expect(await loopwright.result(early)).toMatchObject({ status: 'stopped', reason: 'cancelled' })
}, 120_000)

test('no run that begins while the switch is thrown gets past it', async () => {
  script = () => says('on')
  const input = { models: 'openai/racing', calls: 400 }
  const starting = Array.from({ length: 24 }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * 25))
    return loopwright.start('talking', input)
  })
  await starting[6]
  const holding = loopwright.holds.hold({ model: 'openai/*' }, { by: 'ada' })
  const runs = await Promise.all(starting)
  await holding
  for (const run of runs) await held(run, 'by ada')
  const before = askedOf('racing')
  await loopwright.holds.release({ model: 'openai/*' }, { perSecond: 100, lagMilliseconds: 0 })
  await until(
    async () => askedOf('racing'),
    (count) => count > before + 30,
  )
  for (const run of runs) await loopwright.kill(run)
}, 180_000)

test('what is held is waited for also as the second model of a chain, and when it is a workflow or a tenant', async () => {
  script = ({ model }) => (model === 'down' ? { error: { status: 404 } } : says('fine'))
  const hold = (selector: object) => loopwright.holds.hold(selector, { by: 'bob', lagMilliseconds: 0 })
  await hold({ model: 'openai/second' })
  await hold({ tenant: 'acme' })
  await hold({ workflow: 'sitting' })
  const chain = await loopwright.start('talking', { models: ['openai/down', 'openai/second'], calls: 1 })
  const theirs = await loopwright.start('talking', { models: 'openai/cheap', calls: 1 }, { tenant: 'acme' })
  const ours = await loopwright.start('talking', { models: 'openai/cheap', calls: 1 }, { tenant: 'other' })
  const sitting = await loopwright.start('sitting', {})
  const parent = await loopwright.start('standing', {})
  expect(await loopwright.result(ours)).toMatchObject({ status: 'accepted' })
  await held(chain, 'model openai/second, by bob')
  expect(askedOf('second')).toBe(0)
  await held(theirs, 'tenant acme, by bob')
  await held(sitting, 'workflow sitting, by bob')
  // The child of a run that is not held.
  await until(
    async () => (await loopwright.status(parent)).open.map(({ path }) => path),
    (open) => open.includes('sitting#1'),
  )
  await held(`${parent}/sitting#1`, 'workflow sitting, by bob')
  await loopwright.stop(theirs)
  expect(await loopwright.result(theirs)).toMatchObject({ status: 'stopped', reason: 'held', why: expect.stringContaining('by bob') })
  for (const selector of [{ model: 'openai/second' }, { workflow: 'sitting' }, { tenant: 'acme' }])
    await loopwright.holds.release(selector, { lagMilliseconds: 0 })
  for (const run of [chain, sitting, parent]) expect(await loopwright.ended(run)).toMatchObject({ outcome: { status: 'accepted' } })
}, 180_000)

test('a held tool is waited for, also when the run has continued as new after every step since', async () => {
  const repo = makeRepository({ 'notes.txt': 'a note\n' })
  const turns = ({ messages }: ScriptedRequest) => messages.filter(({ role }) => role === 'assistant').length
  script = (request) => {
    if (turns(request) === 3) return says('read')
    return turns(request) < 2 ? says('') : { toolCalls: [{ name: 'read', arguments: { path: 'notes.txt' } }] }
  }
  const { workflowId: run } = await bench.start('reading', { models: 'openai/reader', repo, turns: 9 }, { seamEvery: 1 })
  expect(await loopwright.hold(run, { tool: 'read', by: 'cyd' })).toEqual({ accepted: true })
  const { continued, open } = await held(run, 'tool read, by cyd')
  expect({ continued: continued > 2, kinds: open.map(({ kind }) => kind) }).toEqual({ continued: true, kinds: ['agent', 'turn'] })
  const asked = askedOf('reader')
  expect(await loopwright.hold(run, { tool: 'read', on: false })).toEqual({ accepted: true })
  expect(await loopwright.result(run)).toMatchObject({ status: 'accepted', value: { turns: 4 } })
  expect(askedOf('reader')).toBe(asked + 1)
  expect(await loopwright.hold(run, { tool: 'read' })).toMatchObject({ accepted: false })
}, 120_000)

test('a switch that cannot be read does nothing: runs begin, and those that can be read hold', async () => {
  script = () => says('fine')
  const { workflowType, workflowId, taskQueue, signal } = switchboard
  // As somebody sends it who forgets what it is about, or misspells it.
  const unreadable: unknown[][] = [
    [],
    ['openai/cheap'],
    [{ model: 5 }],
    [{ modle: 'openai/cheap' }],
    [{ model: 'openai/cheap', tool: 'read' }],
  ]
  for (const signalArgs of unreadable)
    await bench.client.workflow.signalWithStart(workflowType, { workflowId, taskQueue, signal, signalArgs, args: [] })
  await loopwright.holds.hold({ tool: 'shout' }, { by: 'dan', lagMilliseconds: 0 })
  const run = await loopwright.start('talking', { models: 'openai/cheap', calls: 1 })
  expect(await loopwright.ended(run)).toMatchObject({ outcome: { status: 'accepted' } })
  expect(await loopwright.holds.list()).toMatchObject([{ tool: 'shout', by: 'dan' }])
  await loopwright.holds.release({ tool: 'shout' }, { lagMilliseconds: 0 })
}, 120_000)

test('a switch that is encrypted with a key that is not there stops whoever asks what is held', async () => {
  const event = (encoding: string) => ({
    workflowExecutionSignaledEventAttributes: {
      signalName: switchboard.signal,
      input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) } }] },
    },
  })
  const decode = () => Promise.reject(new Error('no key named new'))
  await expect(standingIn([event(sealedEncoding)], decode)).rejects.toThrow('no key named new')
  expect(await standingIn([event('json/plain')], decode)).toEqual([])
})

test('no run takes the id under which the switches stand', async () => {
  const start = loopwright.start('talking', { models: 'openai/cheap', calls: 1 }, { id: switchboard.workflowId })
  await expect(start).rejects.toThrow('the id loopwright-holds is that of the standing holds; nothing was started')
})

test('several runs are told at once: what came of each is said, one that refuses hides no other, and more than ten only after a yes', async () => {
  script = () => says('on')
  const runs = await Promise.all(
    Array.from({ length: 11 }, (_, index) => loopwright.start('talking', { models: 'openai/many', calls: 9_000 }, { id: `many-${index}` })),
  )
  await until(
    () => loopwright.list({ status: 'open', workflow: 'talking' }),
    (listed) => listed.runs.filter(({ run, status }) => runs.includes(run) && status === 'running').length === 11,
  )
  const paused = await command('pause', '--where', 'workflow=talking,id=many-', '--yes', '--by', 'ada')
  expect({ status: paused.status, said: paused.told }).toEqual({ status: 0, said: runs.map((run) => ({ run, accepted: true })) })
  await loopwright.resume('many-3', {})
  await until(
    async () => (await loopwright.status('many-3')).status,
    (now) => now === 'running',
  )
  const resumed = await command('resume', '--where', 'workflow=talking,id=many-', '--yes', '--note', 'go on')
  expect({ status: resumed.status, said: resumed.told }).toEqual({
    status: 1,
    said: runs.map((run) => (run === 'many-3' ? { run, accepted: false, reason: 'The run is not paused.' } : { run, accepted: true })),
  })
  expect(await command('steer', '--where', 'workflow=talking,id=many-1', 'say', 'less')).toMatchObject({
    status: 0,
    told: [{ run: 'many-1' }, { run: 'many-10' }],
  })
  expect(await command('pause', '--where', 'state=paused')).toMatchObject({
    status: 1,
    said: expect.stringContaining("can't be read at state=paused"),
  })
  expect(await command('kill', '--all')).toMatchObject({
    status: 1,
    said: expect.stringContaining('runs, and nothing was done; if you mean all of them, add --yes'),
  })
  const killed = await command('kill', '--where', 'workflow=talking,id=many-', '--yes', '--reason', 'enough')
  expect({ status: killed.status, count: killed.told.length }).toEqual({ status: 0, count: 11 })
  for (const run of runs) expect(await loopwright.ended(run)).toMatchObject({ failure: { type: 'Terminated' } })
}, 240_000)

/** Runs the command line on this server, for programs. */
async function command(...words: string[]) {
  const common = ['--address', temporal.address, '--state-folder', bench.stateFolder, '--task-queue', bench.taskQueue, '--json']
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder }
  const { exitCode, output } = await runProcess([process.execPath, program, ...words, ...common], {
    ...{ cwd: folder, environment, timeoutMilliseconds: 100_000 },
  })
  const said = output.toString()
  const lines = said
    .split('\n')
    .flatMap((line) => (line.startsWith('{"kind":"told"') ? [JSON.parse(line) as { kind: string; run: string }] : []))
  const told = lines.map(({ kind: _kind, ...one }) => one).sort((a, b) => Number(a.run.slice(5)) - Number(b.run.slice(5)))
  return { status: exitCode, said, told }
}
