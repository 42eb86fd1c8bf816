import { type Json } from '../../contract/json.ts'
import { type Best, type Outcome } from '../../contract/outcome.ts'
import { type Here } from './group.ts'
import { type LoopState, type Stop, told } from './progress.ts'
import { type Run } from './run.ts'
import { showStatus } from './status.ts'

/** The outcome of something that was accepted. */
export function accepted<T>(here: Here, value: T, attempts: number, why: string): Outcome<T> {
  here.run.say(here.path, why)
  return { status: 'accepted', why, value, spent: { ...here.run.spent(), attempts } }
}

/** The outcome of something that stopped: capped is never called complete. What was there before the first attempt is nobody's best. */
export function stopped<T>(run: Run, { reason, why }: Stop, best: Best<T> | undefined, rung?: string): Outcome<T> {
  return {
    status: 'stopped',
    reason,
    why,
    ...(best && best.attempt > 0 ? { best } : {}),
    spent: run.spent(),
    ...(rung ? { fallback: rung } : {}),
  }
}

/** Tells status, labels and the line of finished groups where a loop stands. */
export function report<T>({ run, path }: Here, state: LoopState<T>, limits: { attempts: number; stalls: number }): void {
  const { number, stalls, best, feedback } = state
  const of = limits.attempts + state.granted
  const ids = feedback.slice(0, 10).map(({ id }) => id)
  const count = feedback.length
  run.progress.set(path, {
    attempt: { number: Math.min(number + 1, of), of, stalls, stallsLimit: limits.stalls },
    ...(number > 0 || best ? { objections: { ids, count } } : {}),
  })
  if (best && best.attempt > 0) run.best = best as Best<Json>
  if (state.stop) run.say(path, state.stop.why)
  else if (number > 0 || best) {
    const [first] = feedback
    const what = first && count === 1 ? `1 objection: ${told(first)}` : `${count} objections: ${ids.slice(0, 3).join(', ')}`
    run.say(path, `${number === 0 ? 'to begin with' : `attempt ${number}`}: ${what}`)
  }
  showStatus(run)
}
