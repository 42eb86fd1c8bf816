import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/client'
import { z } from 'zod'
import { type RunFailure } from './problem.ts'

const Detail = z.looseObject({ effect: z.enum(['no', 'yes', 'unknown']), next: z.string() })

/** Reads what ended a run out of the chain of causes that Temporal wraps it in. */
export function readFailure(error: unknown): RunFailure {
  const chain = [...causes(error)]
  const typed = chain.find((cause) => cause instanceof ApplicationFailure)
  if (typed) {
    const detail = Detail.safeParse(typed.details?.[0])
    return {
      type: typed.type ?? 'Unknown',
      message: typed.message,
      effect: detail.success ? detail.data.effect : 'unknown',
      ...(detail.success ? { next: detail.data.next } : {}),
    }
  }
  for (const cause of chain) {
    if (cause instanceof TerminatedFailure) return killed(cause.message)
    if (cause instanceof CancelledFailure) return { type: 'Cancelled', message: 'the run was cancelled', effect: 'unknown' }
    if (cause instanceof TimeoutFailure) return { type: 'TimedOut', message: 'the run timed out', effect: 'unknown' }
  }
  return { type: 'Unknown', message: error instanceof Error ? error.message : String(error), effect: 'unknown' }
}

/** The failure of a terminated run. */
export function killed(reason: string): RunFailure {
  const said = reason && !/^workflow execution terminated$/i.test(reason) ? `: ${reason}` : ''
  return { type: 'Terminated', message: `the run was killed${said}`, effect: 'unknown' }
}

function* causes(error: unknown): Generator<unknown> {
  for (let cause = error; cause !== undefined && cause !== null; cause = cause instanceof Error ? cause.cause : undefined) yield cause
}
