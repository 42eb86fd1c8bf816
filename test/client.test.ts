import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { NativeConnection, Worker } from '@temporalio/worker'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClientProblem, connect, type Loopwright } from '../client/index.ts'
import { onlyOne } from '../client/resolve.ts'
import { type Watched } from '../client/watch.ts'
import { historyKey } from '../store/history-key.ts'
import { startServer } from '../workers/server.ts'

const digest = 'a'.repeat(64)
let stateFolder: string
let server: Awaited<ReturnType<typeof startServer>>
let native: NativeConnection
let worker: Worker
let running: Promise<void>
let loopwright: Loopwright

beforeAll(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'loopwright-client-'))
  server = await startServer({ stateFolder, ui: false })
  native = await NativeConnection.connect({ address: server.address })
  const workflowsPath = fileURLToPath(new URL('./fixtures/client/workflows.ts', import.meta.url))
  worker = await Worker.create({ connection: native, taskQueue: 'loops', workflowsPath })
  running = worker.run()
  loopwright = await connect({ stateFolder })
}, 120_000)

afterAll(async () => {
  await loopwright?.close()
  worker?.shutdown()
  await running
  await native?.close()
  await server?.stop()
  await rm(stateFolder, { recursive: true, force: true })
}, 30_000)

const ask = (question: string, id?: string) => loopwright.start('waits', { question }, id === undefined ? {} : { id })
const decide = (run: string, answer: 'yes' | 'no' | 'stop', note?: string) =>
  loopwright.decide(run, { gate: 'gate#1', digest, answer, ...(note ? { note } : {}) })

async function eventually<T>(read: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read()
    if (wanted(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('the address is found in the state folder, and a run gets the name of its workflow and ten random characters', async () => {
  expect(loopwright.address).toBe(server.address)
  const run = await ask('agree?')
  expect(run).toMatch(/^waits-[a-z0-9]{10}$/)
  await loopwright.kill(run)
})

test('every problem of an input is listed at once, and nothing is started', async () => {
  const wrong = loopwright.start('testAndFix', JSON.parse('{"test":7,"repos":"x","limits":{"attempts":0}}'))
  await expect(wrong).rejects.toMatchObject({ name: 'ClientProblem', type: 'InvalidInput' })
  await expect(wrong).rejects.toThrow(/repo is missing; test: .*limits\.attempts: .*repos/)
})

test('a decision ends the run, and its outcome comes back', async () => {
  const run = await ask('agree?')
  expect(await loopwright.gates(run)).toMatchObject([{ run, gate: 'gate#1', question: 'agree?' }])
  expect(await decide(run, 'yes')).toEqual({ accepted: true })
  expect(await loopwright.result(run)).toMatchObject({ status: 'accepted', value: { answer: 'yes' } })
})

test('stale and malformed decisions are answered, not thrown', async () => {
  const run = await ask('agree?')
  const stale = await loopwright.decide(run, { gate: 'gate#1', digest: 'b'.repeat(64), answer: 'yes' })
  expect(stale).toEqual({ accepted: false, reason: 'what was shown has changed' })
  const unknown = await loopwright.decide(run, { gate: 'gate#9', digest, answer: 'yes' })
  expect(unknown).toEqual({ accepted: false, reason: 'there is no gate gate#9' })
  await loopwright.kill(run)
})

test('a message that does not fit its schema is refused before it is sent', async () => {
  await expect(loopwright.steer('nobody', { text: '' })).rejects.toMatchObject({ type: 'InvalidInput' })
})

test('a message with the same id does its work once', async () => {
  const run = await ask('agree?')
  const first = await loopwright.steer(run, { text: 'look at the lexer', id: 'one' })
  expect(await loopwright.steer(run, { text: 'look at the lexer', id: 'one' })).toEqual(first)
  await loopwright.kill(run)
})

test('a run that has ended refuses messages with its reason', async () => {
  const run = await ask('agree?')
  await decide(run, 'stop')
  await loopwright.ended(run)
  expect(await loopwright.steer(run, { text: 'go on' })).toEqual({ accepted: false, reason: 'the run has ended: a person declined' })
})

test('a message to a run that never was says so', async () => {
  await expect(loopwright.pause('waits-0000000000', {})).rejects.toMatchObject({ type: 'NoSuchRun' })
})

test('stop ends a run with an outcome, kill without one', async () => {
  const [stopped, killed] = [await ask('stop me'), await ask('kill me')]
  await loopwright.stop(stopped)
  await loopwright.kill(killed, 'enough')
  expect(await loopwright.result(stopped)).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  expect(await loopwright.show(killed)).toMatchObject({ status: 'failed', why: 'the run was killed: enough' })
  await expect(loopwright.result(killed)).rejects.toMatchObject({ type: 'RunFailed' })
})

test('a failure comes back as what happened and what to do next', async () => {
  const run = await ask('fail?')
  await decide(run, 'yes', 'fail')
  expect(await loopwright.ended(run)).toEqual({
    failure: { type: 'NoTests', message: 'the test command ran no test', effect: 'no', next: 'check the command' },
  })
})

test('starting with the id of an unfinished run uses that run; of an ended one is refused', async () => {
  const run = await ask('agree?', 'waits-mine')
  expect(await ask('again?', 'waits-mine')).toBe(run)
  expect((await loopwright.status(run)).why).toBe('agree?')
  await decide(run, 'yes')
  await loopwright.result(run)
  await expect(ask('again?', 'waits-mine')).rejects.toMatchObject({ type: 'RunEnded' })
})

test('watch follows a run that continues as new, and ends with its outcome', async () => {
  const run = await ask('agree?')
  const heard: Watched[] = []
  for await (const event of loopwright.watch(run)) {
    heard.push(event)
    if (event.kind === 'status' && event.status.status === 'waiting') await decide(run, event.status.continued === 0 ? 'no' : 'yes')
  }
  expect(heard.flatMap((event) => (event.kind === 'status' ? [event.status.continued] : []))).toEqual(expect.arrayContaining([0, 1]))
  expect(heard.at(-1)).toMatchObject({ kind: 'ended', outcome: { status: 'accepted' } })
  expect(await loopwright.histories(run)).toHaveLength(2)
})

test('a killed run is not said to wait', async () => {
  const run = await ask('agree?')
  await eventually(
    () => loopwright.status(run),
    ({ status }) => status === 'waiting',
  )
  await loopwright.kill(run)
  const heard: Watched[] = []
  for await (const event of loopwright.watch(run)) heard.push(event)
  expect(heard).toMatchObject([{ kind: 'ended', failure: { type: 'Terminated' } }])
})

test('a watch ends at its signal while nothing changes', async () => {
  const run = await ask('agree?')
  const leaving = new AbortController()
  for await (const event of loopwright.watch(run, { signal: leaving.signal })) if (event.kind === 'status') leaving.abort()
  expect((await loopwright.status(run)).status).toBe('waiting')
  await loopwright.kill(run)
})

test('leaving a watch does not end the run', async () => {
  const run = await ask('agree?')
  for await (const event of loopwright.watch(run)) if (event.kind === 'status') break
  expect((await loopwright.status(run)).status).toBe('waiting')
  await loopwright.kill(run)
})

test('list finds runs by workflow and by what they are doing', async () => {
  const run = await ask('listed?')
  const found = (status: 'paused' | 'waiting') => async () => (await loopwright.list({ workflow: 'waits', status })).runs
  const has = (runs: { run: string }[]) => runs.some((summary) => summary.run === run)
  await eventually(found('waiting'), has)
  await loopwright.pause(run, {})
  await eventually(found('paused'), has)
  await loopwright.kill(run)
  const ended = await eventually(
    async () => (await loopwright.list({ workflow: 'waits' })).runs,
    (runs) => runs.some((summary) => summary.run === run && summary.endedAt !== undefined),
  )
  expect(ended.find((summary) => summary.run === run)).toMatchObject({ status: 'failed' })
})

test('a list says what it cannot look for while the search attributes are not registered', async () => {
  expect((await loopwright.list()).cannotFilter).toMatch(/search attributes are not registered/)
})

test('a unique prefix is enough', async () => {
  const [one, two] = [await ask('agree?', 'waits-twin-a'), await ask('agree?', 'waits-twin-b')]
  expect(
    await eventually(
      () => loopwright.resolve('waits-twin-a').catch(() => ''),
      (run) => run !== '',
    ),
  ).toBe(one)
  const ambiguous = () =>
    loopwright.resolve('waits-twin').then(
      () => '',
      (error: unknown) => (error instanceof ClientProblem ? error.message : ''),
    )
  expect(await eventually(ambiguous, (message) => message.includes('more than one'))).toContain('waits-twin-a, ')
  await expect(loopwright.resolve('nothing-')).rejects.toMatchObject({ type: 'NoSuchRun' })
  await Promise.all([loopwright.kill(one), loopwright.kill(two)])
})

test('an exact id beats longer ones that start with it', () => {
  expect(onlyOne('run-1', ['run-10', 'run-1'])).toBe('run-1')
})

test('a run that the server has forgotten is shown from the archive', async () => {
  const run = await ask('agree?')
  await decide(run, 'yes')
  await loopwright.result(run)
  const [history] = await loopwright.histories(run)
  if (!history) throw new Error('there is no history')
  const kept = await loopwright.store.put(historyToJSON(history))
  await loopwright.store.point(historyKey('waits-forgotten0', '1'), kept)
  expect(await loopwright.resolve('waits-forg')).toBe('waits-forgotten0')
  expect(await loopwright.show('waits-forgotten0')).toMatchObject({ workflow: 'waits', status: 'done', why: 'a person agreed' })
  expect(await loopwright.input('waits-forgotten0')).toEqual({ question: 'agree?' })
})

test('no server at the address is one sentence with a remedy', async () => {
  await expect(connect({ address: '127.0.0.1:1' })).rejects.toMatchObject({ type: 'NoServer', next: 'start one with: loopwright dev' })
})
