import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { connect, type Loopwright } from '../client/index.ts'
import { whyStuck } from '../contract/stuck.ts'
import { testBundle } from './support/bundle.ts'
import { until } from './support/until.ts'
import { startWatchdog } from '../workers/watchdog.ts'
import { startWorker } from '../workers/worker.ts'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const address = process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? ''
const taskQueue = `stuck-${randomUUID()}`
const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-stuck-'))
let connection: Connection
let loopwright: Loopwright
let changing: WorkflowHandle
let throwing: WorkflowHandle
let worker: Awaited<ReturnType<typeof workerOf>>

async function workerOf(version: 'before' | 'after') {
  const bundle = await testBundle(fileURLToPath(new URL(`./support/workflows/${version}-change.ts`, import.meta.url)))
  const { run, shutdown } = await startWorker({ address, taskQueue, stateFolder, bundle, environment: {}, onStuck: () => {} })
  const running = run()
  return async () => {
    shutdown()
    await running
  }
}

/** Two runs that wait under the code as it was, and go on under the code as it is. */
beforeAll(async () => {
  connection = await Connection.connect({ address })
  const client = new Client({ connection })
  // Long enough for a busy machine to answer the first task: what is not answered in time has no cause to be told.
  const start = (type: string) =>
    client.workflow.start(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, workflowTaskTimeout: '30s' })
  const stop = await workerOf('before')
  ;[changing, throwing] = await Promise.all([start('changing'), start('throwing')])
  for (const handle of [changing, throwing])
    await until(
      async () => (await handle.fetchHistory()).events ?? [],
      (events) => Boolean(events.at(-1)?.workflowTaskCompletedEventAttributes),
    )
  await stop()
  worker = await workerOf('after')
  for (const handle of [changing, throwing]) await handle.signal('goOn')
  loopwright = await connect({ address, taskQueue, stateFolder })
}, 120_000)

afterAll(async () => {
  await loopwright?.close()
  await worker?.()
  await connection?.close()
})

const command = async (...words: string[]) => {
  const { output, exitCode } = await runProcess([process.execPath, program, '--address', address, '--task-queue', taskQueue, ...words], {
    cwd: stateFolder,
    environment: { PATH: process.env['PATH'] ?? '' },
    timeoutMilliseconds: 120_000,
  })
  return { exitCode, output: output.toString() }
}

test('why says of a stuck run what fails, and names the replay', async () => {
  await until(
    () => loopwright.show(throwing.workflowId),
    ({ stuck }) => stuck === true,
  )
  expect(await loopwright.why(throwing.workflowId)).toMatchObject({
    status: 'stuck',
    what: expect.stringContaining('is stuck: its code fails again and again'),
    command: `loopwright replay ${throwing.workflowId}`,
  })
})

test('a run whose code fails in every task is told by show and list, with the cause and what to do', async () => {
  const [diverged, thrown] = await Promise.all([
    until(
      () => loopwright.show(changing.workflowId),
      ({ stuck }) => stuck === true,
    ),
    until(
      () => loopwright.show(throwing.workflowId),
      ({ stuck }) => stuck === true,
    ),
  ])
  expect(diverged.why).toMatch(/^its code fails again and again: .*Nondeterminism.*nothing is lost.*loopwright replay changing-/)
  expect(thrown.why).toMatch(/^its code fails again and again: Cannot read properties of null.*loopwright replay throwing-/)
  const { output } = await command('list', '--workflow', 'throwing')
  expect(output).toMatch(new RegExp(`^stuck +${throwing.workflowId} .*Cannot read properties of null`, 'm'))
  expect((await command('show', throwing.workflowId)).output).toMatch(/: stuck\n  why +its code fails again and again: Cannot read/)
})

test('a watcher hears of it', async () => {
  for await (const event of loopwright.watch(throwing.workflowId)) {
    expect(event).toEqual({ kind: 'silent', why: expect.stringContaining('its code fails again and again: Cannot read') })
    break
  }
})

test('a worker tells each of them once, and the doctor finds them', async () => {
  const told: string[] = []
  const dog = startWatchdog({
    connect: () => Connection.connect({ address }),
    namespace: 'default',
    taskQueue,
    onStuck: (message) => told.push(message),
    everyMilliseconds: 100,
  })
  await until(
    async () => told,
    ({ length }) => length >= 2,
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  await dog.stop()
  expect(told.toSorted()).toEqual([
    expect.stringMatching(new RegExp(`^${changing.workflowId}: its code fails.*Nondeterminism`)),
    expect.stringMatching(new RegExp(`^${throwing.workflowId}: its code fails.*Cannot read`)),
  ])
  const { output, exitCode } = await command('doctor')
  expect(output).toContain(`✗ ${throwing.workflowId}: its code fails again and again — look with: loopwright why ${throwing.workflowId}`)
  expect(exitCode).toBe(1)
})

test('both go on by themselves when a worker with the right code comes', async () => {
  await worker()
  worker = await workerOf('before')
  expect(await Promise.all([changing.result(), throwing.result()])).toEqual(['done', 'done'])
})

test('a run is not called stuck for events that say nothing of a failure', () => {
  expect(whyStuck('run', [{}, { workflowTaskFailedEventAttributes: null }])).toBeUndefined()
  expect(whyStuck('run', [{ workflowTaskFailedEventAttributes: {} }])).toContain('no cause was given')
})

test('a run whose tasks are put off because more comes than it can hear is not said to have bad code', () => {
  const [unhandledCommand, forceCloseCommand] = [1, 17]
  for (const cause of [unhandledCommand, forceCloseCommand])
    expect(whyStuck('run', [{ workflowTaskFailedEventAttributes: { cause } }])).toMatch(/^more is said to it than it can hear/)
})
