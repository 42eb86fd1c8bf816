import { type Fallback } from '../../contract/fallback.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { type Verdict } from '../../contract/verdict.ts'
import { fallBack } from './fallback.ts'
import { type Decision } from './gate.ts'
import { group, type Here } from './group.ts'
import { declinedBefore, judge, withDecision } from './judge.ts'
import { loopStop } from './loop-stop.ts'
import { accepted, report } from './outcome.ts'
import { advance, type Attempt, due, type LoopState, nextAttempt } from './progress.ts'
import { structured } from './recall.ts'
import { limitsNow, type LoopLimits, shareOf } from './share.ts'

/** Something proposes; something else says whether it is good; perhaps a person agrees; the objection becomes the next proposal's reading. */
export interface Loop<T> {
  name?: string
  /** What is there before anybody proposes; verified first, and accepted as it is if nothing is wrong with it. */
  baseline?: T
  propose(attempt: Attempt<T>): Promise<T>
  /** `before`: ids of what the last attempts were objected to for, the last one last. */
  verify(candidate: T, before: string[][]): Promise<Verdict>
  /** A gate, asked only about a candidate that the verifier accepts. */
  approve?: ((candidate: T) => Promise<Decision>) | false | undefined
  limits: LoopLimits
  fallback?: Fallback
}

/** Repeats propose and verify until a candidate is accepted or a limit stops it; then walks the fallback. Keeps the best candidate. */
export function loop<T>(options: Loop<T>): Promise<Outcome<T>> {
  const { name = 'loop', limits, fallback } = options
  return group({ name, kind: 'loop', text: name, call: { limits, fallback }, ...shareOf(limits) }, async (here) => {
    let state = here.remembered<LoopState<T>>() ?? { number: 0, feedback: [], stalls: 0, worlds: [], rung: 0, granted: 0 }
    for (;;) {
      report(here, state, limitsNow(limits))
      const stop = due(state, limitsNow(limits))
      const next = stop ? await fallBack(here, options, state, stop) : await round(here, options, state)
      if ('outcome' in next) return next.outcome
      state = next.state
      here.remember(state)
    }
  })
}

/** One round: what is there at first, then an attempt. An error that is this loop's to handle is its stop. */
async function round<T>(here: Here, options: Loop<T>, state: LoopState<T>): Promise<{ outcome: Outcome<T> } | { state: LoopState<T> }> {
  try {
    return state.best || state.number > 0 || options.baseline === undefined
      ? await attempt(here, options, state)
      : await baseline(here, options, options.baseline, state)
  } catch (error) {
    // A cut-off attempt is over, so that what follows has a path of its own; it doesn't count against the limit.
    const cut = state.number > 0 || state.best || options.baseline === undefined ? 1 : 0
    return { state: { ...state, stop: loopStop(error, state), number: state.number + cut, granted: state.granted + cut } }
  }
}

async function baseline<T>(here: Here, { verify }: Loop<T>, value: T, state: LoopState<T>) {
  const verdict = await group({ name: 'baseline', kind: 'group', text: 'looking at what is there' }, () =>
    judge(() => verify(value, []), 'throw'),
  )
  if (verdict.accepted) return { outcome: accepted(here, value, 0, because('Nothing was wrong to begin with.', verdict)) }
  return { state: { ...state, best: { value, verdict, attempt: 0 }, feedback: verdict.objections, worlds: [verdict.world ?? ''] } }
}

async function attempt<T>(here: Here, { propose, verify, approve }: Loop<T>, state: LoopState<T>) {
  const next = nextAttempt(state)
  here.run.attempts = Math.max(here.run.attempts, next.number)
  return group({ name: 'attempt', kind: 'attempt', text: `attempt ${next.number}`, number: next.number }, async () => {
    // A copy: what a proposer does to the best candidate is no progress.
    const candidate = await propose(structured<typeof next>(next))
    const found = await judge(() => verify(candidate, state.objected ?? []))
    const again = found.world !== undefined && state.declined?.includes(found.world) === true
    const verdict = !found.accepted || !approve ? found : again ? declinedBefore(found) : withDecision(found, await approve(candidate))
    if (verdict.accepted) {
      const outcome = accepted(here, candidate, next.number, because(`Attempt ${next.number} was accepted.`, verdict))
      return { outcome: next.models ? { ...outcome, fallback: 'models' } : outcome }
    }
    return { state: advance(state, candidate, verdict, found.accepted && !again) }
  })
}

function because(why: string, { note }: Verdict): string {
  return note === undefined ? why : `${why} ${note}`
}
