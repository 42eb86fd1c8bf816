import { ApplicationFailure, condition, isCancellation } from '@temporalio/workflow'
import { failure, runStopped } from './failure.ts'
import { type Run } from './run.ts'
import { showStatus } from './status.ts'

/** How long a parked step waits at most before it looks again by itself: a minute at first, then twice as long each time. */
const longestMinutes = 60

/** A step can't go on until somebody has mended something outside: a key that was taken back. */
export function needsMending(stage: string, message: string): ApplicationFailure {
  return failure('NeedsMending', message, { stage, effect: 'no', next: 'Mend it where the worker runs, then `loopwright resume` the run.' })
}

/** What a step waits for, if its error says so. */
export function mendingOf(error: unknown): string | undefined {
  return error instanceof ApplicationFailure && error.type === 'NeedsMending' ? error.message : undefined
}

/** Waits, without a slot and without working time, until a person resumes the run or it is time to look again. */
export async function untilMended(run: Run, path: string, why: string, times: number): Promise<void> {
  const minutes = Math.min(longestMinutes, 2 ** (times - 1))
  const before = run.resumed
  run.parked.set(path, why)
  run.say(path, `waits: ${why}`)
  showStatus(run)
  try {
    await condition(() => run.resumed !== before || run.stop !== undefined, `${minutes}m`)
  } catch (error) {
    if (run.stop && isCancellation(error)) throw runStopped(run.stop)
    throw error
  } finally {
    run.parked.delete(path)
    showStatus(run)
  }
}
