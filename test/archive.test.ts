import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, type Connection } from '@temporalio/client'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker'
import { folderStore } from '../store/folder.ts'
import { historyPrefix } from '../store/history-key.ts'
import { type ArtifactStore } from '../store/store.ts'
import { archiveConnection, archiveHistories } from '../workers/archive.ts'
import { startArchive } from '../workers/archive-loop.ts'
import { startServer, type LocalServer } from '../workers/server.ts'

const namespace = 'default'
const taskQueue = 'archive'

let stateFolder: string
let server: LocalServer
let native: NativeConnection
let worker: Worker
let workflowBundle: WorkflowBundle
let running: Promise<void>
let connection: Connection
let client: Client
let store: ArtifactStore
let storeFolder: string

// A server of its own: one test kills it.
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } } })
  stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-archive-'))
  server = await startServer({ stateFolder, ui: false })
  const workflowsPath = fileURLToPath(new URL('./support/workflows/continuing.ts', import.meta.url))
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
  native = await NativeConnection.connect({ address: server.address })
  worker = await Worker.create({ connection: native, taskQueue, workflowBundle })
  running = worker.run()
  connection = await archiveConnection({ address: server.address })
  client = new Client({ connection })
}, 120_000)

afterAll(async () => {
  worker.shutdown()
  await running
  await native.close()
  await connection.close()
  await server.stop()
  rmSync(stateFolder, { recursive: true, force: true })
})

beforeEach(() => {
  storeFolder = mkdtempSync(join(tmpdir(), 'loopwright-archive-store-'))
  store = folderStore(storeFolder)
})

afterEach(() => rmSync(storeFolder, { recursive: true, force: true }))

/** Sweeps until the run's executions are kept: the server's list lags behind. */
async function swept(workflowId: string, count: number, queue = taskQueue): Promise<string[]> {
  for (;;) {
    await archiveHistories({ connection, namespace, store, taskQueue: queue })
    const keys = await store.keys(historyPrefix(workflowId))
    if (keys.length >= count) return keys
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function kept(key: string) {
  const ref = await store.resolve(key)
  if (ref === undefined) throw new Error(`${key} points at nothing`)
  return historyFromJSON(JSON.parse(await store.text(ref.sha256)))
}

test('every execution of a run that continued as new is kept, as a history that can be replayed', async () => {
  const workflowId = `once/äöü ?#%/${randomUUID()}`
  await client.workflow.execute('continuing', { workflowId, taskQueue, args: [1] })
  const keys = await swept(workflowId, 2)
  const last = await Promise.all(keys.map(async (key) => (await kept(key)).events?.at(-1)))
  const continued = last.filter((event) => event?.workflowExecutionContinuedAsNewEventAttributes)
  const completed = last.filter((event) => event?.workflowExecutionCompletedEventAttributes)
  expect([keys.length, continued.length, completed.length]).toEqual([2, 1, 1])
  for (const key of keys) await Worker.runReplayHistory({ workflowBundle }, await kept(key), workflowId)
})

test('what is kept already is not fetched again, and workflows of others and open ones are left alone', async () => {
  const workflowId = randomUUID()
  await client.workflow.execute('continuing', { workflowId, taskQueue, args: [0] })
  const other = await client.workflow.start('foreign', { workflowId: `foreign-${workflowId}`, taskQueue: 'theirs' })
  await other.terminate()
  const open = await client.workflow.start('waiting', { workflowId: `open-${workflowId}`, taskQueue })
  await swept(workflowId, 1)
  const again = await archiveHistories({ connection, namespace, store, taskQueue })
  expect(again).toEqual({ archived: 0, problems: [] })
  expect((await store.keys('history/')).filter((key) => /foreign-|open-/.test(key))).toEqual([])
  await open.terminate()
})

test('a history of more than 4 MiB is kept whole', async () => {
  const workflowId = randomUUID()
  const handle = await client.workflow.start('continuing', { workflowId, taskQueue: 'nobody', args: [0] })
  for (let count = 0; count < 5; count++) await handle.signal('large', 'x'.repeat(1_000_000))
  await handle.terminate()
  const [key = ''] = await swept(workflowId, 1, 'nobody')
  const ref = await store.resolve(key)
  expect(ref?.bytes).toBeGreaterThan(5_000_000)
  expect((await kept(key)).events?.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(5)
})

test('one history that cannot be kept does not stop the others, and is tried again', async () => {
  const workflowId = randomUUID()
  await client.workflow.execute('continuing', { workflowId, taskQueue, args: [1] })
  await swept(workflowId, 2)
  const rest = folderStore(mkdtempSync(join(storeFolder, 'rest-')))
  let refused = false
  const full: ArtifactStore = {
    ...rest,
    async put(content) {
      if (refused) return rest.put(content)
      refused = true
      throw new Error('no space left on device')
    },
  }
  const first = await archiveHistories({ connection, namespace, store: full, taskQueue })
  const second = await archiveHistories({ connection, namespace, store: full, taskQueue })
  expect(first.problems).toEqual([expect.stringMatching(/was not archived: .*no space left/)])
  expect(first.archived).toBeGreaterThan(0)
  expect(second).toEqual({ archived: 1, problems: [] })
})

test('the archive goes on by itself after the server was away', async () => {
  const problems: string[] = []
  process.kill(server.pid, 'SIGKILL')
  const archive = startArchive({
    connect: () => archiveConnection({ address: server.address }),
    namespace,
    store,
    taskQueue,
    everyMilliseconds: 100,
    onProblem: (problem) => problems.push(problem),
  })
  while (problems.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  await server.stop()
  server = await startServer({ stateFolder, ui: false })
  while ((await store.keys('history/')).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  await archive.stop()
  expect(problems[0]).toMatch(/were not archived this time, and will be tried again/)
})
