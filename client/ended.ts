import { WorkflowFailedError } from '@temporalio/client'
import { z } from 'zod'
import { type Json } from '../contract/json.ts'
import { type Outcome, outcomeOf } from '../contract/outcome.ts'
import { archivedEnd } from './archive.ts'
import { readFailure } from './failure.ts'
import { ClientProblem, type RunFailure } from './problem.ts'
import { isNotFound, type Server } from './server.ts'

/** How a run ended. */
export type Ended = { outcome: Outcome<Json>; failure?: never } | { failure: RunFailure; outcome?: never }

const AnyOutcome = outcomeOf(z.json())
const isOutcome = (value: unknown): value is Outcome<Json> => AnyOutcome.safeParse(value).success

/** Waits for the end of a run, across its continuations; a run that the server forgot is read from the archive. */
export async function ended(server: Server, run: string): Promise<Ended> {
  try {
    return endedWith(await server.workflows.getHandle(run).result())
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { failure: readFailure(error) }
    if (!isNotFound(error)) throw error
    const kept = await archivedEnd(server, run)
    if (!kept) throw noSuchRun(run)
    return kept.failure ? { failure: readFailure(kept.failure) } : endedWith(kept.value)
  }
}

/** The outcome of a run; a run that failed throws `RunFailed`. */
export async function result(server: Server, run: string): Promise<Outcome<Json>> {
  const { outcome, failure } = await ended(server, run)
  if (outcome) return outcome
  throw new ClientProblem('RunFailed', failure.message, failure.next ?? `loopwright show ${run}`)
}

function endedWith(value: unknown): Ended {
  if (isOutcome(value)) return { outcome: value }
  return { failure: { type: 'InvalidOutput', message: 'the workflow returned something that is not an outcome', effect: 'unknown' } }
}

export function noSuchRun(run: string): ClientProblem {
  return new ClientProblem('NoSuchRun', `there is no run ${run}`, 'see the runs with: loopwright list')
}
