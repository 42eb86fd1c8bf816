import { NativeConnection, type NativeConnectionOptions, Runtime, Worker } from '@temporalio/worker'
import { type OwnTool } from '../activities/effects/tool.ts'
import { openMcp } from '../activities/mcp/open.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { skillFolders, skillTool } from '../activities/skills/tool.ts'
import { retrieveTool } from '../activities/retrieve/tool.ts'
import { ticketTools } from '../activities/tickets/tool.ts'
import { fetchTool } from '../activities/fetch/tool.ts'
import { type World } from '../activities/world.ts'
import { dataConverter } from '../store/data-converter.ts'
import { isArmed } from '../store/crash-point.ts'
import { openStore } from '../store/open.ts'
import { type ArtifactStore } from '../store/store.ts'
import { archiveConnection, archiveRun } from './archive.ts'
import { startArchive } from './archive-loop.ts'
import { buildIdOf, bundleWorkflows, ownWorkflows, prebuiltBundle } from './bundle.ts'
import { crashAroundActivities } from './crash-interceptor.ts'
import { LoopwrightPlugin } from './plugin.ts'
import { quiet } from './quiet.ts'
import { registerSearchAttributes } from './search-attributes.ts'
import { startWatchdog } from './watchdog.ts'

/** What a cluster asks of whoever connects. */
type Security = Pick<NativeConnectionOptions, 'tls' | 'apiKey'> & { metadata?: Record<string, string> }

/** A worker's settings. */
export interface WorkerSettings {
  /** Of the Temporal server (localhost:7233). */
  address?: string
  /** TLS and keys of a cluster that asks for them; `securityOf(process.env)` reads them. Default: none. */
  security?: Security
  namespace?: string
  taskQueue?: string
  /** Absolute path of `.loopwright/`. */
  stateFolder: string
  /** A workflows file of one's own; ours when absent. */
  workflowsPath?: string
  /** A bundle that was built before. */
  bundle?: { code: string } | { codePath: string }
  /** Configures providers and names their keys (`process.env`). */
  environment?: Record<string, string | undefined>
  /** The artifact store; when absent what LOOPWRIGHT_ARTIFACTS of the environment names, else a folder of the state folder. */
  store?: ArtifactStore
  /** How many runs it keeps in memory between their steps (200); the others are brought back from their histories. */
  cachedRuns?: number
  /** Tools of one's own; registering them is the permission to use them. */
  tools?: OwnTool[]
  /** Whether SIGINT and SIGTERM shut the worker down (true); `npm start` pauses its run first, by this very worker. */
  hearSignals?: boolean
  /** Told while the worker waits for its server. */
  onWaiting?: (message: string) => void
  /** Told in one sentence of each MCP server or skill that can't be used now. Default: the SDK's log, as a warning. */
  onProblem?: (message: string) => void
  /** Told in one sentence of each run whose code fails again and again. Default: the SDK's log, as an error. */
  onStuck?: (message: string) => void
}

/** A worker that is ready. */
export interface LoopwrightWorker {
  worker: Worker
  /** Ends when the worker has shut down; throws if it failed. */
  run(): Promise<void>
  /** Keeps the histories of runs that have ended at once, instead of within a minute. */
  keep(runs: string[]): Promise<void>
  /** Takes no new work and lets `run` end. */
  shutdown(): void
}

/** The task queue that workers poll and clients start runs on. */
export const defaultTaskQueue = 'loops'

/** Connects, bundles and makes a worker ready to run. Waits for a server that is not there yet. */
export async function startWorker(settings: WorkerSettings): Promise<LoopwrightWorker> {
  const {
    address = 'localhost:7233',
    namespace = 'default',
    taskQueue = defaultTaskQueue,
    stateFolder,
    security = {},
    environment = process.env,
    store = openStore(environment['LOOPWRIGHT_ARTIFACTS'], stateFolder, environment),
  } = settings
  quiet(settings.hearSignals ?? true, environment['LOOPWRIGHT_LOG'] || undefined)
  const surroundings = { stateFolder, environment }
  const [sandbox, mcp] = await Promise.all([openSandbox(environment), openMcp(surroundings)])
  const skills = skillTool(skillFolders(surroundings))
  const { onProblem = (message) => Runtime.instance().logger.warn(message) } = settings
  for (const problem of [...mcp.problems, ...skills.problems]) onProblem(problem)
  const connection = await connected({ address, ...security }, settings.onWaiting)
  const tools = [
    ...(settings.tools ?? []),
    ...mcp.tools,
    ...skills.tools,
    ...retrieveTool(environment),
    ...ticketTools(environment),
    ...fetchTool(environment),
  ]
  const made = makeWorker(connection, { store, stateFolder, environment, tools, sandbox }, { ...settings, namespace, taskQueue })
  // Servers of tools that nobody uses would keep this process alive.
  const worker = await made.catch(async (error: unknown) => {
    await Promise.all([mcp.close(), connection.close()])
    throw error
  })
  const connect = () => archiveConnection({ address, ...security })
  const run = async () => {
    const archive = startArchive({ connect, namespace, store, taskQueue })
    const { onStuck = (message) => Runtime.instance().logger.error(message) } = settings
    const watchdog = startWatchdog({ connect, namespace, taskQueue, onStuck })
    try {
      await worker.run()
    } finally {
      await Promise.all([archive.stop(), watchdog.stop(), mcp.close()])
      await connection.close()
    }
  }
  const keep = async (runs: string[]) => {
    const archive = await connect()
    try {
      for (const one of runs) await archiveRun({ connection: archive, namespace, store }, one)
    } finally {
      await archive.close()
    }
  }
  return { worker, run, keep, shutdown: () => worker.shutdown() }
}

/**
 * How long a workflow task may compute, 5 seconds as shipped and no public option: thousands of signals in one task may take a loaded machine longer, and cutting code
 * off inside Node's hooks ends the whole process ("async hook stack has become corrupted").
 */
const patient = { isolateExecutionTimeout: '30s' }

async function makeWorker(
  connection: NativeConnection,
  world: Omit<World, 'searchAttributes'>,
  {
    namespace,
    taskQueue,
    workflowsPath = ownWorkflows,
    bundle: given,
    cachedRuns = 200,
  }: WorkerSettings & { namespace: string; taskQueue: string },
): Promise<Worker> {
  const searchAttributes = await registerSearchAttributes(connection, namespace)
  const sealed = world.store.sealing !== undefined
  const bundle = given ?? (sealed ? undefined : prebuiltBundle(workflowsPath)) ?? (await bundleWorkflows(workflowsPath, sealed))
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: bundle,
    buildId: buildIdOf(bundle),
    dataConverter: dataConverter(world.store),
    ...(isArmed ? { interceptors: { activity: [crashAroundActivities] } } : {}),
    plugins: [new LoopwrightPlugin({ ...world, searchAttributes })],
    stickyQueueScheduleToStartTimeout: '1s',
    maxCachedWorkflows: cachedRuns,
    ...patient,
    shutdownGraceTime: '5s',
    maxConcurrentActivityTaskExecutions: 100,
  })
}

/** A worker that was started while its server is down waits for it. */
async function connected(options: NativeConnectionOptions, onWaiting: WorkerSettings['onWaiting']): Promise<NativeConnection> {
  for (let told = false; ; told = true) {
    try {
      return await NativeConnection.connect(options)
    } catch (error) {
      if (!told)
        onWaiting?.(`Waiting for the Temporal server at ${options.address}: ${error instanceof Error ? error.message : String(error)}`)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }
}
