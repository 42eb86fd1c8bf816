import { type Connection } from '@temporalio/client'

/** Work that is done at once and then again and again beside a worker. */
export interface SweepLoop {
  /** Ends when the sweep in flight is over. */
  stop(): Promise<void>
}

export interface SweepLoopOptions {
  /** Called until it succeeds once. */
  connect: () => Promise<Connection>
  sweep: (connection: Connection) => Promise<void>
  everyMilliseconds: number
  /** Told why a sweep broke off; the next one tries again. */
  onProblem: (problem: unknown) => void
}

/** Sweeps until it is stopped. A server that is away, a full disk: nobody else is disturbed. */
export function sweepUntilStopped(options: SweepLoopOptions): SweepLoop {
  const stopping = new AbortController()
  const loop = sweepUntil(stopping.signal, options)
  return {
    async stop() {
      stopping.abort()
      await loop
    },
  }
}

async function sweepUntil(stopping: AbortSignal, { connect, sweep, everyMilliseconds, onProblem }: SweepLoopOptions): Promise<void> {
  let connection: Connection | undefined
  while (!stopping.aborted) {
    try {
      connection ??= await connect()
      await sweep(connection)
    } catch (problem) {
      onProblem(problem)
    }
    await pause(everyMilliseconds, stopping)
  }
  await connection?.close()
}

function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    stopping.addEventListener('abort', end)
    if (stopping.aborted) end()
  })
}
