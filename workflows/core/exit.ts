import { type Outcome, type StopReason } from '../../contract/outcome.ts'
import { runStopped } from './failure.ts'
import { fittingBest } from './end.ts'
import { finish } from './finish.ts'
import { stopped } from './outcome.ts'
import { structured } from './recall.ts'
import { currentRun, type Run } from './run.ts'

/** How a run shall end, wherever it stands: accepted with what the declaration calls its output, or stopped for a reason. */
export type Exit<T> = { status: 'accepted'; value: T; why: string } | { status: 'stopped'; reason: StopReason; why: string }

const exitKey = 'exit'

/**
 * Ends the run from any depth: what is in flight is cancelled, and whatever else would begin is skipped. The first exit stands, and a stop that came before it. Never
 * returns; whoever catches what it throws changes nothing.
 */
export function exit<T>(how: Exit<T>): never {
  const run = currentRun()
  if (!run.stop) run.state[exitKey] = structured(how)
  run.stopWith('error', how.why)
  throw runStopped(run.stop!)
}

/** The outcome that an exit of this run asks for; undefined when there was none. */
export function exited(run: Run): Outcome<unknown> | undefined {
  const how = run.state[exitKey] as Exit<unknown> | undefined
  if (how === undefined) return undefined
  if (how.status === 'accepted') return finish.accepted(how.value, how.why)
  return stopped(run, how, fittingBest(run))
}
