import { setTimeout as wait } from 'node:timers/promises'
import { type Listed, type Loopwright } from '../client/index.ts'

/** What the inbox page shows. */
export interface Snapshot {
  gates: Awaited<ReturnType<Loopwright['gates']>>
  runs: Listed['runs']
}

/** One look at all runs for everybody who watches: it is taken while somebody does. */
export interface Inbox {
  /** The newest look whenever it differs from the one before; whoever reads slowly misses those in between. */
  follow(signal: AbortSignal): AsyncGenerator<Snapshot, void, undefined>
  /** Something was changed: looks now instead of later. */
  look(): void
}

const everyMilliseconds = 1_000
const newest = 50

export function createInbox(loopwright: Loopwright): Inbox {
  let followers = 0
  let latest: { text: string; snapshot: Snapshot } | undefined
  let problem: unknown
  let looking: Promise<void> | undefined
  let hurry = new AbortController()
  const waiters = new Set<() => void>()

  const lookOnce = async () => {
    const [gates, { runs }] = await Promise.all([loopwright.gates(), loopwright.list({ limit: newest })])
    const text = JSON.stringify({ gates, runs })
    if (text === latest?.text) return
    latest = { text, snapshot: { gates, runs } }
    for (const wake of waiters) wake()
  }
  const lookOn = async () => {
    while (followers > 0) {
      await lookOnce().catch((error: unknown) => {
        problem = error
        for (const wake of waiters) wake()
      })
      await wait(everyMilliseconds, undefined, { signal: hurry.signal, ref: false }).catch(() => {})
      hurry = hurry.signal.aborted ? new AbortController() : hurry
    }
    latest = undefined
    looking = undefined
  }

  return {
    look: () => hurry.abort(),
    async *follow(signal) {
      followers++
      problem = undefined
      looking ??= lookOn()
      let told: string | undefined
      const changed = () =>
        new Promise<void>((resolve) => {
          const wake = () => {
            waiters.delete(wake)
            signal.removeEventListener('abort', wake)
            resolve()
          }
          waiters.add(wake)
          signal.addEventListener('abort', wake)
        })
      try {
        while (!signal.aborted) {
          if (latest && latest.text !== told) {
            told = latest.text
            yield latest.snapshot
          } else if (problem !== undefined) throw problem
          else await changed()
        }
      } finally {
        followers--
      }
    },
  }
}
