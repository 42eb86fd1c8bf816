import { ApplicationFailure } from '@temporalio/workflow'
import { type Outcome, type StopReason } from '../../contract/outcome.ts'
import { stopOf } from './failure.ts'
import { currentRun } from './run.ts'

/** The outcome of a workflow that has no loop around it. */
export const finish = {
  accepted: <T>(value: T, why: string): Outcome<T> => ({ status: 'accepted', why, value, spent: currentRun().spent() }),
  stopped: <T>(reason: StopReason, why: string): Outcome<T> => ({ status: 'stopped', reason, why, spent: currentRun().spent() }),
}

/** Failures of a model that leave the rest of the work as it is. */
const bearable = ['ModelFailed', 'OutputMismatch', 'ChildFailed']

/** Does something that may fail for reasons of its own; what stops the run, or is a mistake in the workflow, is thrown all the same. */
export async function attempted<T>(work: () => Promise<T>): Promise<{ done: T } | { failed: string }> {
  try {
    return { done: await work() }
  } catch (error) {
    if (stopOf(error) || !(error instanceof ApplicationFailure) || !bearable.includes(error.type ?? '')) throw error
    return { failed: error.message }
  }
}
