import { ApplicationFailure } from '@temporalio/workflow'
import { stopOf } from './failure.ts'
import { type LoopState, type Stop } from './progress.ts'

/** Failures that no other attempt can mend: they leave the run. */
const fatal = ['ReentryDiverged', 'UndeclaredModel', 'InvalidInput', 'PayloadRefused', 'LoopStopped', 'UnknownTool', 'EffectChanged']

/** The stop that an error means for a loop; throws what is not the loop's to handle: a person's stop, a bug, a set-up that was wrong from the start. */
export function loopStop<T>(error: unknown, state: LoopState<T>): Stop {
  const stop = stopOf(error)
  if (stop && ['tokens', 'dollars', 'minutes', 'declined'].includes(stop.reason)) return stop
  if (stop || !(error instanceof ApplicationFailure) || fatal.includes(error.type ?? '')) throw error
  if (error.type === 'ModelFailed') return { reason: 'model', why: error.message }
  if (state.number === 0 && !state.best) throw error
  return { reason: 'error', why: error.message }
}
