import { CancellationScope, condition } from '@temporalio/workflow'
import { z } from 'zod'
import { type Closing } from '../../contract/cases.ts'
import { canonicalJson, digest } from '../../contract/digest.ts'
import { type Outcome, outcomeOf } from '../../contract/outcome.ts'
import { lastActivities } from './activities.ts'
import { failure } from './failure.ts'
import { stopped } from './outcome.ts'
import { type Stop } from './progress.ts'
import { type Run } from './run.ts'
import { doubts } from './receipts.ts'
import { readForAbove } from './seen.ts'
import { spilled } from './spill.ts'
import { undoAll } from './undo.ts'
import { showStatus } from './status.ts'

/** Ends a run with what its function returned, checked against the declaration. */
export async function end(run: Run, input: unknown, returned: unknown): Promise<Outcome<unknown>> {
  const outcome = validOutput(run, returned)
  return CancellationScope.nonCancellable(async () => {
    const { status, reason } = outcome
    // What was cancelled may still be winding down; what doesn't come back in time is charged whole.
    if (run.inFlight > 0) await condition(() => run.inFlight === 0, '30s')
    const undone = status === 'stopped' ? await undoAll(run) : ''
    const why = `${outcome.why}${undone}${doubts(run)}`
    run.ended = { status: status === 'accepted' ? 'done' : 'stopped', why }
    run.endReason = reason
    const complete = { ...outcome, why, spent: run.spent() }
    showStatus(run)
    const record = await spilled('record', canonicalJson(closingRecord(run, input, complete)))
    const summary = `${status}${reason ? `: ${reason}` : ''}`
    const certificate = await lastActivities(summary).certify({ run: run.id, record })
    return { ...complete, certificate, ...readForAbove(run) }
  })
}

/** Ends a run that was stopped outside any loop, with the best of its loops if that is what the run's own output would be. */
export function endStopped(run: Run, input: unknown, stop: Stop): Promise<Outcome<unknown>> {
  return end(run, input, stopped(run, stop, fittingBest(run)))
}

/** The best of a run's loops, if that is what the run's own output would be. */
export function fittingBest(run: Run): Run['best'] {
  return run.best && run.declaration.output.safeParse(run.best.value).success ? run.best : undefined
}

/** What was asked, how it ended, what it cost and who decided; everything else stands in the history. */
function closingRecord(run: Run, input: unknown, outcome: Outcome<unknown>): Closing & { [key: string]: unknown } {
  return {
    run: run.id,
    workflow: run.workflow,
    input: digest(input),
    outcome,
    limits: run.limits,
    models: run.modelRecords,
    prices: Object.fromEntries(Object.entries(run.preflight?.models ?? {}).map(([model, { price }]) => [model, price])),
    decisions: run.decisions,
    effects: [...run.effects.values()],
    sandbox: run.preflight?.sandbox ?? 'unknown',
    startedAt: run.startedAt,
    endedAt: Date.now(),
    continued: run.continued,
    undeliveredSteering: run.steering,
  }
}

function validOutput(run: Run, returned: unknown): Outcome<unknown> {
  const plain: unknown = JSON.parse(JSON.stringify(returned ?? null))
  const parsed = outcomeOf(run.declaration.output).safeParse(plain)
  const missing =
    parsed.success && parsed.data.status === 'accepted' && parsed.data.value === undefined ? 'an accepted outcome has no value' : undefined
  if (parsed.success && !missing) return parsed.data as Outcome<unknown>
  const problem = missing ?? (parsed.success ? '' : z.prettifyError(parsed.error))
  throw failure('InvalidOutput', `${run.workflow} returned something that its declaration does not allow.\n${problem}`, {
    run: run.id,
    effect: 'unknown',
    next: 'Return what `loop` returns, and let the declaration name the schema of its value.',
  })
}
