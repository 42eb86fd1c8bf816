import { ClientProblem } from '../client/problem.ts'

/** So many messages may be sent by one token at once, and so many more each second. */
const burst = 300
const perSecond = 20
/** A run is told so many messages at once (Temporal refuses more than ten), and so many wait in line. */
const abreast = 4
const mostWaiting = 300

/** Keeps anybody from flooding runs with messages: a flood takes their workers down. */
export interface Pace {
  /** Counts one message of a token; throws `TooMany` when it has sent too many. */
  count(name: string): void
  /** Waits until the run can be told something more, then does it. */
  inTurn<T>(run: string, send: () => Promise<T>): Promise<T>
}

export function createPace(clock: () => number = Date.now): Pace {
  const left = new Map<string, { tokens: number; at: number }>()
  const lines = new Map<string, { busy: number; waiting: (() => void)[] }>()
  return {
    count: (name) => {
      const now = clock()
      const before = left.get(name) ?? { tokens: burst, at: now }
      const tokens = Math.min(burst, before.tokens + ((now - before.at) / 1_000) * perSecond)
      if (tokens < 1) throw tooMany(`${name} sends more than ${perSecond} messages a second`)
      left.set(name, { tokens: tokens - 1, at: now })
    },
    inTurn: async (run, send) => {
      const line = lines.get(run) ?? { busy: 0, waiting: [] }
      lines.set(run, line)
      if (line.waiting.length >= mostWaiting) throw tooMany(`${mostWaiting} messages to ${run} are waiting already`)
      if (line.busy >= abreast) await new Promise<void>((resolve) => line.waiting.push(resolve))
      else line.busy++
      try {
        return await send()
      } finally {
        // Whoever waits takes the place over.
        const next = line.waiting.shift()
        if (next) next()
        else if (--line.busy === 0) lines.delete(run)
      }
    },
  }
}

function tooMany(message: string): ClientProblem {
  return new ClientProblem('TooMany', `${message}; nothing was sent`, 'wait some seconds, then send it again with the same id')
}
