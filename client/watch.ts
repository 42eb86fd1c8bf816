import { type Status } from '../contract/messages.ts'
import { ask } from './asking.ts'
import { doing } from './doing.ts'
import { type Ended, ended } from './ended.ts'
import { type Server } from './server.ts'

/** What a watcher hears: each change of the status and of what the step in flight tells (`doing`), that nobody answers, and last the end. */
export type Watched = { kind: 'status'; status: Status; doing?: string } | { kind: 'silent'; why: string } | ({ kind: 'ended' } & Ended)

export interface WatchOptions {
  /** Detaches also while nothing changes; the iteration then ends without an end of the run. */
  signal?: AbortSignal
}

const pollMilliseconds = 400

/** Follows a run, across its continuations, until it ends. Leaving the iteration detaches; the run goes on. */
export async function* watch(server: Server, run: string, { signal }: WatchOptions = {}): AsyncGenerator<Watched, void, undefined> {
  const detached = new AbortController()
  const detach = () => detached.abort()
  signal?.addEventListener('abort', detach, { once: true })
  const ending = server.connection
    .withAbortSignal(detached.signal, () => ended(server, run))
    .then(
      (value): Ending => ({ value }),
      (problem: unknown): Ending => ({ problem }),
    )
  let shown = ''
  try {
    // A run that has ended already is known to have ended before it is asked.
    let end: Ending = (await isClosed(server, run)) ? await ending : {}
    while (!detached.signal.aborted) {
      if (end.problem !== undefined) throw end.problem
      const asked = await ask(server, run, 'status')
      const event = asked.answer ? await told(server, run, asked.answer) : ({ kind: 'silent', why: asked.silent } as const)
      const text = JSON.stringify(event)
      if (text !== shown && (!end.value || isLast(event))) yield event
      shown = text
      if (end.value) return yield { kind: 'ended', ...end.value }
      end = await soon(ending)
    }
  } finally {
    signal?.removeEventListener('abort', detach)
    detach()
  }
}

async function told(server: Server, run: string, status: Status): Promise<Watched> {
  const line = await doing(server, run, status).catch(() => undefined)
  return { kind: 'status', status, ...(line === undefined ? {} : { doing: line }) }
}

interface Ending {
  value?: Ended
  problem?: unknown
}

function soon(ending: Promise<Ending>): Promise<Ending> {
  return Promise.race([ending, new Promise<Ending>((resolve) => setTimeout(() => resolve({}), pollMilliseconds))])
}

async function isClosed(server: Server, run: string): Promise<boolean> {
  const description = await server.workflows
    .getHandle(run)
    .describe()
    .catch(() => undefined)
  return description === undefined || description.closeTime !== undefined
}

/** A killed run still says what it was doing when it was killed. */
function isLast(event: Watched): boolean {
  return event.kind === 'status' && !['running', 'waiting', 'paused'].includes(event.status.status)
}
