import { type ChildProcess, spawn } from 'node:child_process'

/** A real process of the chaos: a worker, or the recorder. */
export interface WorkerProcess {
  child: ChildProcess
  /** What it printed after `ready`, once it is; undefined when it ended before. */
  ready: Promise<string | undefined>
  /** Settles when it is gone. */
  ended: Promise<WorkerEnd>
}

/** How a process ended. */
export interface WorkerEnd {
  /** The crash point at which it killed itself. */
  killedAt?: string
  /** Killed, by itself or by somebody. */
  bySignal: boolean
  output: string
}

const running = new Set<ChildProcess>()
let over = false

/** Kills all of them, and each that is started from now on: pools replace what dies. */
export function endWorkerProcesses(): void {
  over = true
  for (const child of running) child.kill('SIGKILL')
}

/** Starts a Node program that says `ready` when it is. */
export function startWorkerProcess(words: string[], environment: Record<string, string>): WorkerProcess {
  const child = spawn(process.execPath, words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  if (over) child.kill('SIGKILL')
  let output = ''
  let said: (text: string | undefined) => void
  const ready = new Promise<string | undefined>((resolve) => (said = resolve))
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const line = /^(?:worker is )?ready ?(.*)$/m.exec(output)
      if (line) said(line[1])
    })
  const ended = new Promise<WorkerEnd>((resolve) =>
    child.once('close', (_, signal) => {
      running.delete(child)
      said(undefined)
      const killedAt = /^killed at (\S+)$/m.exec(output)?.[1]
      resolve({ output, bySignal: signal !== null, ...(killedAt === undefined ? {} : { killedAt }) })
    }),
  )
  return { child, ready, ended }
}
