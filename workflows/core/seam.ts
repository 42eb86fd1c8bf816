import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow'
import { type Account, type Carried, type Remembered } from '../../contract/carried.ts'
import { failure } from './failure.ts'
import { historyIsLong } from './road.ts'
import { type Run } from './run.ts'
import { gathered, spilled } from './spill.ts'

/**
 * Waits until the run can continue as new, and does: nothing is in flight, every branch is finished or waits at the entry of a road, every message is answered, and
 * no open gate is about to be answered by something else. Never returns. What waits is dropped with this execution; the next one comes to the same places.
 */
export async function seam(run: Run, input: unknown): Promise<never> {
  for (;;) {
    await condition(() => {
      run.seaming ||= historyIsLong(run)
      return run.seaming && isQuiet(run)
    })
    const text = rememberedText(run)
    const remembered = await CancellationScope.nonCancellable(() => spilled('carry', text))
    // A decision or a message may have come in meanwhile, and with it more to remember.
    if (isQuiet(run) && text === rememberedText(run)) return continueAsNew(input, carriedOf(run, remembered))
  }
}

function isQuiet(run: Run): boolean {
  return run.inFlight === 0 && !run.ended && allHandlersFinished() && ![...run.gates.values()].some(({ until }) => until())
}

/** Reads back what the last execution remembered; from then on messages are answered. */
export async function restore(run: Run, remembered: Carried['remembered'] | undefined): Promise<void> {
  if (remembered !== undefined) {
    const {
      recall,
      state,
      models,
      decisions,
      answered,
      steering,
      lines,
      best,
      kept,
      effects = [],
    } = JSON.parse(await gathered(remembered)) as Remembered
    Object.assign(run, { recall, state, modelRecords: models, decisions, steering, lines, best })
    for (const [id, answer] of answered) run.answered.set(id, answer)
    for (const receipt of effects) run.effects.set(receipt.effect, receipt)
    for (const ref of kept) run.kept.set(ref.sha256, ref)
  }
  run.ready = true
}

function rememberedText(run: Run): string {
  const { recall, state, modelRecords: models, decisions, steering, lines, best } = run
  const answered = [...run.answered].slice(-200)
  const kept = [...run.kept.values()].slice(-100)
  const effects = run.effects.size > 0 ? { effects: [...run.effects.values()] } : {}
  const remembered: Remembered = {
    recall,
    state,
    models,
    decisions,
    answered,
    steering,
    lines,
    kept,
    ...(best ? { best } : {}),
    ...effects,
  }
  return JSON.stringify(remembered)
}

function carriedOf(run: Run, remembered: Carried['remembered']): Carried {
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
    ...(run.stop ? { stop: run.stop } : {}),
    ...(run.seamEvery === undefined ? {} : { seamEvery: run.seamEvery }),
  }
}
