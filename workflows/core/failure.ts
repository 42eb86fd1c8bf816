import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TemporalFailure,
  TerminatedFailure,
} from '@temporalio/workflow'
import { type FailureDetail, type FailureType } from '../../contract/failures.ts'
import { type StopReason } from '../../contract/outcome.ts'

/** A typed failure that Temporal does not retry; whatever leaves a workflow is one. */
export function failure(type: FailureType, message: string, detail: FailureDetail): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [detail] })
}

/** A stop of the run, thrown by every road until the run has ended or a person has extended it. */
export function runStopped(stop: { reason: StopReason; why: string }): ApplicationFailure {
  return ApplicationFailure.create({ type: 'RunStopped', message: stop.why, nonRetryable: true, details: [stop] })
}

/** The stop that an error carries, if it is one. */
export function stopOf(error: unknown): { reason: StopReason; why: string } | undefined {
  if (!(error instanceof ApplicationFailure) || error.type !== 'RunStopped') return undefined
  return error.details?.[0] as { reason: StopReason; why: string }
}

/** What an activity threw, without Temporal's wrapping. */
export function causeOf(error: unknown): unknown {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : error
}

/** What a child run failed with, as far as it says. */
export function causeOfChild(error: unknown): { type?: string; message: string; detail?: FailureDetail } {
  const cause = error instanceof ChildWorkflowFailure && error.cause ? error.cause : error
  const message = cause instanceof Error ? cause.message : String(cause)
  if (!(cause instanceof ApplicationFailure))
    return { message: cause instanceof TerminatedFailure ? `it was killed (${message})` : message }
  const [detail] = cause.details ?? []
  return { ...(cause.type ? { type: cause.type } : {}), message, ...(detail ? { detail: detail as FailureDetail } : {}) }
}

/** Whether an activity ended without an answer of its own: its worker died, or it took too long. */
export function isLost(error: unknown): boolean {
  return error instanceof ActivityFailure && !isCancellation(error) && !(error.cause instanceof ApplicationFailure)
}

/** The failure of a step that was lost as often as it may be. */
export function stepLost(stage: string, error: unknown): ApplicationFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  const next = 'Look whether workers are running with `loopwright doctor`, then start the run again.'
  return failure('StepLost', `${stage} was lost: ${cause}.`, { stage, effect: 'unknown', next })
}

/** Makes any error one that may leave a workflow. What Temporal must see itself (a divergence from history) passes untouched. */
export function leaving(error: unknown, detail: FailureDetail): unknown {
  const cause = isLost(error) ? stepLost(detail.stage ?? 'a step', error) : causeOf(error)
  if (cause instanceof TemporalFailure || !(cause instanceof Error) || cause.name === 'DeterminismViolationError') return cause
  return ApplicationFailure.create({
    type: 'WorkflowError',
    message: `${cause.name}: ${cause.message}`,
    nonRetryable: true,
    details: [detail],
    cause,
  })
}
