import { ActivityFailure, ApplicationFailure, CancellationScope, isCancellation, sleep } from '@temporalio/workflow'
import { type Certain, type EffectCall, graceMilliseconds, type Look, type Performed } from '../../contract/effects.ts'
import { activities } from './activities.ts'
import { causeOf, isLost, stopOf } from './failure.ts'
import { type Receipts } from './receipts.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'

/** How the tries of an effect ended: with certainty, with nothing done as often as it may be tried, or in a doubt that only a person can end. */
export type Settled = { certain: Certain } | { gaveUp: string } | { doubt: string; tries: number } | { notYet: NotYet; tries: number }
/** Nothing was done: a person must agree first, or agree again. */
export type NotYet = Exclude<Performed, Certain>

/** What one try brought. */
type Tried = { certain: Certain } | { doubt: string } | { notYet: NotYet }
/** What settling a doubtful try brought. */
type Found = { certain: Certain } | { absent: boolean; begun: boolean; why: string }

/** An effect that was begun and certainly did not happen is tried this often. */
const mostFailures = 5
/** Tries in all, with those whose worker died before they began. */
const mostTries = 20
const unsure = 'it was begun and then cut off'

/** Tries an effect until it is certain what came of it, or nobody but a person can know. `before`: tries of earlier epochs, for the numbers of the steps. */
export async function untilSettled(call: EffectCall, text: string, before: number, receipts: Receipts): Promise<Settled> {
  for (let fence = 0, failures = 0; ; fence++) {
    const trying = { ...call, fence }
    const number = before + fence + 1
    const tried = await attempt(trying, text, number, receipts)
    if ('notYet' in tried) {
      receipts.note('no', 'not agreed')
      return { ...tried, tries: number }
    }
    const found = 'certain' in tried ? tried : await settle(trying, text, number)
    if ('certain' in found) {
      receipts.note(found.certain.happened, found.certain.how)
      return found
    }
    const doubt = 'doubt' in tried ? tried.doubt : unsure
    if (!found.absent) return { doubt: `${doubt}; ${found.why}`, tries: number }
    if (found.begun) failures++
    if (failures < mostFailures && fence + 1 < mostTries) continue
    receipts.note('no', found.begun ? 'not found' : 'never begun')
    return { gaveUp: `It was not done, although it was tried ${fence + 1} times: ${doubt}.` }
  }
}

/** One try. A keyed one is done again by itself while that is safe; every other ends in a doubt as soon as it was cut off. */
async function attempt(call: EffectCall, text: string, number: number, receipts: Receipts): Promise<Tried> {
  const { class: effectClass, minutes, effect } = call
  const keyed = effectClass === 'keyed'
  const unknown = (): Tried => ({ doubt: unsure })
  const step = {
    name: 'try',
    number,
    kind: 'tool' as const,
    text,
    call: { effect, number },
    uses: { tool: call.tool },
    ...(keyed ? {} : { unknown }),
  }
  const tried = await road<Tried>(step, async (path) => {
    receipts.begin(call.fence + 1)
    try {
      const performed = await activities(path, { summary: text, minutes, once: !keyed }).performEffect(call)
      return 'happened' in performed ? { certain: performed } : { notYet: performed }
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error
      const cause = causeOf(error)
      if (cause instanceof ApplicationFailure && cause.type === 'EffectChanged') throw error
      return { doubt: isLost(error) ? unsure : cause instanceof Error ? cause.message : unsure }
    }
  })
  receipts.begin(call.fence + 1)
  return tried
}

/** Stops the try, waits until nothing of it can be in flight, and looks. */
function settle(call: EffectCall, text: string, number: number): Promise<Found> {
  const step = {
    name: 'settle',
    number,
    kind: 'tool' as const,
    text: `looking whether it happened: ${text}`,
    call: { effect: call.effect },
  }
  return road<Found>(step, async (path) => {
    const left = await activities(`${path}/fence`, { quick: true, summary: 'fence' }).fenceEffect(call)
    if ('certain' in left) return left
    if (!left.begun) {
      await sleep(Math.min(250 * 2 ** call.fence, 10_000))
      return { absent: true, begun: false, why: 'it never began' }
    }
    await sleep(Math.ceil(call.minutes * 60_000) + graceMilliseconds)
    const look = await lookUp(path, call)
    return 'certain' in look ? look : { ...look, begun: true }
  })
}

async function lookUp(path: string, call: EffectCall): Promise<Look> {
  try {
    return await activities(`${path}/look`, { summary: 'look it up', minutes: call.minutes }).lookUpEffect(call)
  } catch (error) {
    if (isCancellation(error)) throw error
    const cause = causeOf(error)
    return { absent: false, why: `looking for it failed: ${cause instanceof Error ? cause.message : String(cause)}` }
  }
}

/** What can be learnt of an effect whose run ends or whose branch was cut off: the fence stops whoever still tries. Where nothing is certain it stays a doubt. */
export async function lookAtTheEnd(call: EffectCall, receipts: Receipts, error: unknown): Promise<void> {
  const { attempts, happened } = receipts.receipt
  if (attempts === 0 || happened !== 'unknown' || !(stopOf(error) || isCancellation(error))) return
  const run = currentRun()
  run.inFlight++
  try {
    const path = `${call.stage}/fence-at-the-end`
    const left = await CancellationScope.nonCancellable(() =>
      activities(path, { quick: true, summary: 'fence' }).fenceEffect({ ...call, fence: attempts - 1 }),
    )
    if ('certain' in left) receipts.note(left.certain.happened, left.certain.how)
    else if (!left.begun) receipts.note('no', 'never begun')
  } catch {
    // It stays a doubt.
  } finally {
    run.inFlight--
  }
}
