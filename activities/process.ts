import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { type Readable } from 'node:stream'

export interface ProcessOptions {
  cwd: string
  /** The whole environment; nothing is inherited. */
  environment: Record<string, string>
  input?: string | Uint8Array
  timeoutMilliseconds: number
  /** Past this many bytes of output the process group is killed. Default 20 MB. */
  outputBytes?: number
  /** Kills the process group. */
  signal?: AbortSignal
  /** Told of output as it comes, standard error included. */
  onOutput?: (chunk: Buffer) => void
  /** Watches the process while it runs and may end it; returns what stops the watching. */
  watch?: (pid: number, end: (why: 'memory' | 'processes') => void) => () => void
}

export interface ProcessResult {
  /** Null when a signal ended it. */
  exitCode: number | null
  /** What ended it, if it did not end by itself. */
  ended?: 'timeout' | 'output' | 'memory' | 'processes' | 'cancelled' | 'not found'
  stdout: Buffer
  /** Standard output and error as they came. */
  output: Buffer
  milliseconds: number
}

const defaultOutputBytes = 20_000_000
/** How long output that is still in the pipes may take to arrive after the process has exited. */
const drainMilliseconds = 200

/**
 * Runs a command in its own process group and kills the whole group when the command has exited, timed out, printed too much or was cancelled.
 * The only place that spawns. A command that does not exist is a result (`not found`), not an error.
 */
export async function runProcess(argv: string[], options: ProcessOptions): Promise<ProcessResult> {
  const [command, ...rest] = argv
  if (command === undefined) throw new Error('runProcess needs a command')
  const started = Date.now()
  if (options.signal?.aborted)
    return { exitCode: null, ended: 'cancelled', stdout: Buffer.alloc(0), output: Buffer.alloc(0), milliseconds: 0 }
  const child = spawn(command, rest, { cwd: options.cwd, env: options.environment, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const output: Buffer[] = []
  let bytes = 0
  let ended: ProcessResult['ended']

  const killGroup = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The group is gone already.
    }
  }
  const end = (why: NonNullable<ProcessResult['ended']>) => {
    ended ??= why
    killGroup()
  }
  const take = (chunk: Buffer, standardOutput: boolean) => {
    if (ended === 'output') return
    bytes += chunk.length
    if (standardOutput) stdout.push(chunk)
    output.push(chunk)
    options.onOutput?.(chunk)
    if (bytes > (options.outputBytes ?? defaultOutputBytes)) end('output')
  }
  child.stdout.on('data', (chunk: Buffer) => take(chunk, true))
  child.stderr.on('data', (chunk: Buffer) => take(chunk, false))
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)

  const timer = setTimeout(() => end('timeout'), options.timeoutMilliseconds)
  const cancel = () => end('cancelled')
  const unwatch = child.pid === undefined ? undefined : options.watch?.(child.pid, end)
  options.signal?.addEventListener('abort', cancel, { once: true })
  try {
    const exitCode = await new Promise<number | null>((resolve) => {
      child.once('error', () => {
        ended ??= 'not found'
        resolve(null)
      })
      child.once('exit', (code) => resolve(code))
    })
    killGroup()
    await drained(child.stdout, child.stderr)
    return {
      exitCode: ended ? null : exitCode,
      ...(ended ? { ended } : {}),
      stdout: Buffer.concat(stdout),
      output: Buffer.concat(output),
      milliseconds: Date.now() - started,
    }
  } finally {
    clearTimeout(timer)
    unwatch?.()
    options.signal?.removeEventListener('abort', cancel)
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

export interface StartedProcess {
  pid: number
  /** Settles when it has ended; its log file says why. */
  exited: Promise<void>
}

/**
 * Starts a command that outlives the call, in a process group of its own, its output appended to a file. It holds neither this process nor dies with it:
 * whoever starts one ends it. Rejects when the command cannot be started.
 */
export async function startProcess(
  argv: string[],
  options: { cwd: string; environment: Record<string, string>; logFile: string },
): Promise<StartedProcess> {
  const [command, ...rest] = argv
  if (command === undefined) throw new Error('startProcess needs a command')
  const log = openSync(options.logFile, 'a')
  try {
    const child = spawn(command, rest, { cwd: options.cwd, env: options.environment, detached: true, stdio: ['ignore', log, log] })
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    if (child.pid === undefined) throw new Error(`${command} has no process id`)
    return { pid: child.pid, exited }
  } finally {
    closeSync(log)
  }
}

export interface ConnectedProcess {
  pid: number
  /** Writes to its standard input. */
  send(text: string): Promise<void>
  /** Kills its process group. */
  end(): void
}

/**
 * Starts a command that this process talks with, line by line, in a process group of its own. When this process dies, its standard input ends.
 * What it prints to standard error is dropped. Rejects when the command cannot be started.
 */
export async function connectProcess(
  argv: string[],
  options: {
    cwd: string
    environment: Record<string, string>
    /** A longer line ends it. */
    mostLineBytes: number
    onLine: (line: string) => void
    onExit: () => void
  },
): Promise<ConnectedProcess> {
  const [command, ...rest] = argv
  if (command === undefined) throw new Error('connectProcess needs a command')
  const child = spawn(command, rest, { cwd: options.cwd, env: options.environment, detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  const { pid = 0 } = child
  const end = () => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // The group is gone already.
    }
  }
  let begun = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = splitLines(Buffer.concat([begun, chunk]))
    begun = lines.rest
    if (begun.length > options.mostLineBytes) end()
    for (const line of lines.whole) options.onLine(line)
  })
  child.stdin.on('error', () => {})
  child.once('exit', () => {
    end()
    options.onExit()
  })
  const send = (text: string) =>
    new Promise<void>((resolve, reject) => child.stdin.write(text, (error) => (error ? reject(error) : resolve())))
  return { pid, send, end }
}

function splitLines(bytes: Buffer): { whole: string[]; rest: Buffer<ArrayBuffer> } {
  const last = bytes.lastIndexOf(10)
  const whole = bytes
    .subarray(0, last + 1)
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '')
  return { whole, rest: Buffer.from(bytes.subarray(last + 1)) }
}

/** A daemon that left the group may hold the pipes open for ever, so `close` is waited for only briefly. */
function drained(...streams: Readable[]): Promise<unknown> {
  const closed = Promise.all(
    streams.map(
      (stream) => new Promise<void>((resolve) => (stream.readableEnded || stream.destroyed ? resolve() : stream.once('close', resolve))),
    ),
  )
  return Promise.race([closed, new Promise((resolve) => setTimeout(resolve, drainMilliseconds))])
}
