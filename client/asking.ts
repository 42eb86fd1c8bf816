import { type Gate, type queries, type Status } from '../contract/messages.ts'
import { isTimeout, isUnreachable, type Server } from './server.ts'
import { stuck } from './stuck.ts'

const queryMilliseconds = 5_000

interface Answers {
  status: Status
  gates: Gate[]
}

/** What a run answers to a query; `silent` says why it does not. */
export type Asked<Name extends keyof typeof queries> =
  | { answer: Answers[Name]; silent?: never; stuck?: never }
  | { silent: string; stuck: boolean; answer?: never }

/** Asks a run one of its queries. Runs without a worker are silent, which is no error: they go on when one comes. */
export async function ask<Name extends keyof typeof queries>(server: Server, run: string, query: Name): Promise<Asked<Name>> {
  const handle = server.workflows.getHandle(run)
  try {
    return { answer: await server.connection.withDeadline(Date.now() + queryMilliseconds, () => handle.query<Answers[Name]>(query)) }
  } catch (error) {
    if (isUnreachable(error)) throw error
    const broken = await stuck(server, run).catch(() => undefined)
    return { silent: broken ?? silence(error), stuck: broken !== undefined }
  }
}

function silence(error: unknown): string {
  const message = reasonOf(error)
  if (isTimeout(error) || /no poller/i.test(message)) return 'no worker answers; start one with: loopwright worker'
  return `it does not answer: ${message}`
}

/** What the server says about a failed query stands in the innermost cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return reasonOf(error.cause)
  return 'details' in error && typeof error.details === 'string' && error.details !== '' ? error.details : error.message
}
