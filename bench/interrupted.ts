import { constants } from 'node:os'

/**
 * Does some work and then ends what it started: when the work is over or has failed, and also when somebody ends this program with SIGINT or SIGTERM; then the
 * program exits. A second signal ends it at once, and whatever it started stays.
 */
export async function endingAlso(work: () => Promise<void>, end: () => Promise<void>): Promise<void> {
  const interrupted = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  const done = work()
  // After a signal nobody waits for it any more.
  done.catch(() => {})
  let signal: NodeJS.Signals | undefined
  try {
    signal = await Promise.race([done.then(() => undefined), interrupted])
  } finally {
    await end()
  }
  if (signal) process.exit(128 + constants.signals[signal])
}
