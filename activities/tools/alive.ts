import { asyncLocalStorage } from '@temporalio/activity'

const beatMilliseconds = 1_000

/**
 * Does an activity's work with a heartbeat after every second, which also brings cancellation; `progress` says what a watcher is shown.
 * Cancelled work ends as cancelled, whatever it returned. Outside an activity it just works.
 */
export async function whileAlive<T>(work: (signal?: AbortSignal) => Promise<T>, progress: () => unknown = () => undefined): Promise<T> {
  const context = asyncLocalStorage.getStore()
  if (!context) return work()
  const beat = () => context.heartbeat(progress())
  const timer = setInterval(beat, beatMilliseconds)
  try {
    return await work(context.cancellationSignal)
  } finally {
    clearInterval(timer)
    if (context.cancellationSignal.aborted) await context.cancelled
  }
}

/** How far the try before this one came, as its last heartbeat said; undefined in a first try. */
export function earlierProgress(): unknown {
  const told: unknown = asyncLocalStorage.getStore()?.info.heartbeatDetails
  return typeof told === 'object' && told !== null && 'progress' in told ? told.progress : undefined
}
