import { resolve } from 'node:path'
import { openStore, type Security } from '../client/index.ts'
import { type LoopwrightWorker, startServer, startWorker } from '../workers/index.ts'

/** What runs in this process besides the command line itself. */
export interface Machinery {
  address: string
  /** Temporal's own console, when the embedded server serves it. */
  uiAddress?: string
  /** Settles when the worker ends, which by itself it only does on a fatal error. */
  failed: Promise<void>
  /** Keeps the histories of runs that have ended, so that they can be read without a server; what fails is tried again by the next worker. */
  keep(runs: string[]): Promise<void>
  /** Ends the worker, then the embedded server; nothing is left running. */
  stop(): Promise<void>
}

export interface MachinerySettings {
  stateFolder: string
  /** The artifact store, when it is not the one that LOOPWRIGHT_ARTIFACTS names. */
  artifacts?: string | undefined
  /** A server that is there already; otherwise the embedded one is started. */
  address?: string | undefined
  /** TLS and keys of that server. */
  security?: Security
  namespace?: string | undefined
  taskQueue?: string | undefined
  workflowsPath?: string | undefined
  /** The variables that configure the worker (`process.env`). */
  environment?: Record<string, string | undefined>
  onWaiting?: (message: string) => void
  onStuck?: (message: string) => void
  onProblem?: (message: string) => void
}

/** Starts a worker, and the embedded server unless an address is given. */
export async function startMachinery({
  stateFolder: folder,
  address: given,
  artifacts,
  ...settings
}: MachinerySettings): Promise<Machinery> {
  const stateFolder = resolve(folder)
  const store = openStore(artifacts ?? process.env['LOOPWRIGHT_ARTIFACTS'], stateFolder)
  // A store that refuses is heard of now, not in the middle of a run.
  await store.resolve('reachable')
  const server = given === undefined ? await startServer({ stateFolder }) : undefined
  const address = server?.address ?? given ?? ''
  let worker: LoopwrightWorker
  try {
    worker = await startWorker({ address, stateFolder, store, hearSignals: false, ...defined(settings) })
  } catch (error) {
    await server?.stop()
    throw error
  }
  const failed = worker.run()
  // Whoever waits for it hears of it; nobody else has to.
  failed.catch(() => {})
  const stop = async () => {
    shutDown(worker)
    await failed.catch(() => {})
    await server?.stop()
  }
  return {
    address,
    ...(server?.uiAddress === undefined ? {} : { uiAddress: server.uiAddress }),
    failed,
    keep: (runs) => worker.keep(runs).catch(() => {}),
    stop,
  }
}

function shutDown(worker: LoopwrightWorker): void {
  // A worker that has failed refuses to be shut down.
  if (worker.worker.getState() === 'RUNNING') worker.shutdown()
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function defined<T extends object>(value: T): Defined<T>
function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
}
