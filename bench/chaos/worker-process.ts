import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { packageFolder } from './places.ts'

const main = join(packageFolder, 'dist', 'cli', 'main.js')

/** A real worker process, as a user starts it. */
export interface WorkerProcess {
  child: ChildProcess
  /** Settles when it is gone, with the crash point at which it killed itself, if it did. */
  ended: Promise<WorkerEnd>
  kill(): Promise<void>
}

/** How a worker process ended. */
export interface WorkerEnd {
  killedAt?: string
  /** Killed, by itself or by somebody. */
  bySignal: boolean
  output: string
}

/** What a worker process is started with. */
export interface WorkerProcessSettings {
  address: string
  taskQueue: string
  stateFolder: string
  environment?: Record<string, string>
  /** Further words of the command line. */
  words?: string[]
}

/** Starts `loopwright worker`. */
export function startWorkerProcess({ address, taskQueue, stateFolder, environment, words = [] }: WorkerProcessSettings): WorkerProcess {
  const command = [main, 'worker', '--address', address, '--task-queue', taskQueue, '--state-folder', stateFolder, ...words]
  const child = spawn(process.execPath, command, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<WorkerEnd>((resolve) =>
    child.once('close', (_, signal) => {
      const killedAt = /^killed at (\S+)$/m.exec(output)?.[1]
      resolve({ output, bySignal: signal !== null, ...(killedAt === undefined ? {} : { killedAt }) })
    }),
  )
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { child, ended, kill }
}
