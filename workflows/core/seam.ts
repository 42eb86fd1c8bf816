import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow'
import { type Account, type Carried } from '../../contract/carried.ts'
import { failure } from './failure.ts'
import { type Kept, unkept } from './remembered.ts'
import { historyIsLong } from './road.ts'
import { type Run } from './run.ts'
import { isShort, spilled } from './spill.ts'

/**
 * Waits until the run can continue as new, and does: nothing is in flight, every branch is finished or waits at the entry of a road, every message is answered, and
 * no open gate is about to be answered by something else. Never returns. What waits is dropped with this execution; the next one comes to the same places.
 * What people say while the rest is being kept is a part of its own: a run that is told something all the time would never continue otherwise.
 */
export async function seam(run: Run, input: unknown): Promise<never> {
  for (let kept: Kept | undefined; ;) {
    await condition(() => {
      run.seaming ||= historyIsLong(run)
      return run.seaming && isQuiet(run)
    })
    const { text, ...moment } = unkept(run, kept)
    // Nothing may come between looking and continuing.
    if (isQuiet(run) && isShort(text)) return continueAsNew(input, carriedOf(run, text === '' ? moment.parts : [...moment.parts, text]))
    const part = await CancellationScope.nonCancellable(() => spilled('carry', text))
    kept = { ...moment, parts: [...moment.parts, part] }
  }
}

function isQuiet(run: Run): boolean {
  return run.inFlight === 0 && !run.ended && allHandlersFinished() && ![...run.gates.values()].some(({ until }) => until())
}

function carriedOf(run: Run, [remembered = '', ...since]: Kept['parts']): Carried {
  if (!run.preflight)
    throw failure('WorkflowError', 'The run continued before its preflight.', { run: run.id, effect: 'no', next: 'Report this.' })
  const spentOf = ({ tokens, microDollars }: Account): Account => ({ tokens, microDollars })
  return {
    continued: run.continued + 1,
    ...(run.depth > 0 ? { depth: run.depth } : {}),
    startedAt: run.startedAt,
    workedMilliseconds: run.clock.milliseconds(),
    limits: run.limits,
    raised: run.raised,
    account: spentOf(run.budget),
    shares: Object.fromEntries([...run.shares].map(([path, share]) => [path, spentOf(share)])),
    attempts: run.attempts,
    preflight: run.preflight,
    paused: run.paused,
    ...(run.pausedStages.size > 0 ? { pausedStages: [...run.pausedStages] } : {}),
    ...(run.holds.size > 0 ? { holds: [...run.holds.values()] } : {}),
    gates: [...run.gates.values()].map(({ gate, since }) => [gate, since]),
    shown: run.shown,
    remembered,
    ...(since.length > 0 ? { since } : {}),
    ...(run.stop ? { stop: run.stop } : {}),
    ...(run.seamEvery === undefined ? {} : { seamEvery: run.seamEvery }),
    ...(run.mostSteered === undefined ? {} : { mostSteered: run.mostSteered }),
  }
}
