import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findTemporal } from './find-temporal.ts'
import { endProcess, isAlive } from '../store/live-process.ts'
import { withLock } from '../store/lock.ts'
import { answersWithin } from './server-health.ts'
import { readServerFile, withoutUser, withUser, writeServerFile, type ServerFile } from './server-file.ts'
import { launchServer } from './server-launch.ts'

export interface ServerOptions {
  /** `.loopwright/`: the database, the log and the file that says where the server listens. */
  stateFolder: string
  /** Lets workflows skip time; for tests. Default false. */
  timeSkipping?: boolean
  /** The port of the front end. Default: the one it had before if that is free, else any free one. */
  port?: number
  /** Whether Temporal's own console is served too. Default true. */
  ui?: boolean
  /** Where the Temporal CLI is looked for. Default: this process's. */
  environment?: Record<string, string | undefined>
}

export interface LocalServer {
  /** `127.0.0.1:port`. */
  address: string
  /** `http://127.0.0.1:port`. */
  uiAddress?: string
  pid: number
  /** Ends the server, unless another process uses it. */
  stop(): Promise<void>
}

/** How long a server that runs may take to answer before it counts as hung. */
const answerMilliseconds = 10_000
/** How long the server may take to close its database before it is killed. */
const stopMilliseconds = 5_000

/**
 * Starts the embedded Temporal server of a state folder, or joins the one that runs there already. Its state is on disk: after a kill it goes on.
 * The last process to stop ends it, also by merely exiting; after a kill -9 of that process it runs on, and the next start takes it over.
 */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const stateFolder = resolve(options.stateFolder)
  const id = randomUUID()
  mkdirSync(stateFolder, { recursive: true })
  const { address, uiAddress, pid } = await withLock(lockOf(stateFolder), async () => {
    const server = withUser((await runningServer(stateFolder)) ?? (await newServer(stateFolder, options)), id)
    writeServerFile(stateFolder, server)
    return server
  })
  const endOnExit = () => endIfLast(stateFolder, id)
  process.once('exit', endOnExit)
  const stop = async () => {
    process.off('exit', endOnExit)
    await withLock(lockOf(stateFolder), () => leave(stateFolder, id))
  }
  return { address, ...(uiAddress === undefined ? {} : { uiAddress }), pid, stop }
}

async function runningServer(stateFolder: string): Promise<ServerFile | undefined> {
  const server = readServerFile(stateFolder)
  if (server === undefined || !isAlive(server)) return undefined
  if (await answersWithin(server.address, answerMilliseconds, () => !isAlive(server))) return server
  // Two servers on one database would spoil it. Where the system does not say when a process started, this may be somebody else's: left alone.
  if (server.started !== '') await endProcess(server, stopMilliseconds)
  return undefined
}

async function newServer(stateFolder: string, options: ServerOptions): Promise<ServerFile> {
  const environment = options.environment ?? process.env
  const { TEMPORAL_ADDRESS: _, ...embedded } = environment
  const found = await findTemporal(embedded)
  if (!('command' in found)) throw new Error('A server of its own was asked for, and only an address was found.')
  const { port, timeSkipping = false, ui = true } = options
  return launchServer({ command: found.command, stateFolder, timeSkipping, ui, port, before: readServerFile(stateFolder), environment })
}

async function leave(stateFolder: string, id: string): Promise<void> {
  const server = readServerFile(stateFolder)
  if (server === undefined) return
  const others = withoutUser(server, id)
  writeServerFile(stateFolder, others)
  if (others.users.length === 0) await endProcess(server, stopMilliseconds)
}

/** The way out of a process that exits without stopping its server; nothing can be waited for here. */
function endIfLast(stateFolder: string, id: string): void {
  const server = readServerFile(stateFolder)
  if (server === undefined || withoutUser(server, id).users.length > 0 || !isAlive(server)) return
  process.kill(server.pid, 'SIGTERM')
}

function lockOf(stateFolder: string): string {
  return join(stateFolder, 'server.lock')
}
