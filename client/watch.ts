import { type Status } from '../contract/messages.ts'
import { ask } from './asking.ts'
import { type Ended, ended } from './ended.ts'
import { type Server } from './server.ts'

/** What a watcher hears: each change of the status, that nobody answers, and last the end. */
export type Watched = { kind: 'status'; status: Status } | { kind: 'silent'; why: string } | ({ kind: 'ended' } & Ended)

const pollMilliseconds = 400

/** Follows a run, across its continuations, until it ends. Leaving the iteration detaches; the run goes on. */
export async function* watch(server: Server, run: string): AsyncGenerator<Watched, void, undefined> {
  const detached = new AbortController()
  const end: { value?: Ended; problem?: unknown } = {}
  const ending = server.connection
    .withAbortSignal(detached.signal, () => ended(server, run))
    .then(
      (value) => (end.value = value),
      (problem: unknown) => (end.problem = problem),
    )
  let shown = ''
  try {
    for (;;) {
      // Read before the question, so that the last status is the one after the end.
      const { value, problem } = end
      if (problem !== undefined) throw problem
      const asked = await ask(server, run, 'status')
      const event: Watched = asked.answer ? { kind: 'status', status: asked.answer } : { kind: 'silent', why: asked.silent }
      const text = JSON.stringify(event)
      if (text !== shown && !(value && event.kind === 'silent')) yield event
      shown = text
      if (value) return yield { kind: 'ended', ...value }
      await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, pollMilliseconds))])
    }
  } finally {
    detached.abort()
  }
}
