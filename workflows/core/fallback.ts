import { grantedAttempts } from '../../contract/bounds.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { failure } from './failure.ts'
import { gate } from './gate.ts'
import { type Here } from './group.ts'
import { type Loop } from './loop.ts'
import { accepted, stopped } from './outcome.ts'
import { type LoopState, type Stop } from './progress.ts'
import { limitsNow } from './share.ts'

type Next<T> = { outcome: Outcome<T> } | { state: LoopState<T> }

/** Walks the rungs of the fallback until one answers. What a person declined is not put to them again. */
export async function fallBack<T>(here: Here, { fallback = ['best'], limits }: Loop<T>, state: LoopState<T>, stop: Stop): Promise<Next<T>> {
  const { attempts } = limitsNow(limits)
  const rung = stop.reason === 'declined' ? undefined : fallback[state.rung]
  if (typeof rung === 'object') return otherModels(state, rung.models, stop, attempts)
  if (rung === 'human') return askPerson(here, state, stop)
  if (rung === 'fail') {
    throw failure('LoopStopped', `The loop stopped (${stop.reason}): ${stop.why}`, {
      run: here.run.id,
      stage: here.path,
      effect: 'no',
      next: `Look at it with \`loopwright show ${here.run.id}\`.`,
    })
  }
  return { outcome: stopped(here.run, stop, state.best, rung) }
}

/** Other models try, from the best, with what is left of money and time; if that is what stopped the loop, there is nothing to try with. */
function otherModels<T>(state: LoopState<T>, models: string[], stop: Stop, attempts: number): Next<T> {
  const { stop: _stop, ...rest } = { ...state, rung: state.rung + 1 }
  if (['tokens', 'dollars', 'minutes'].includes(stop.reason)) return { state: { ...rest, stop } }
  const granted = state.number + grantedAttempts - attempts
  return { state: { ...rest, stalls: 0, kinds: [], granted, others: { models, from: state.number } } }
}

/** A person takes the best attempt, lets the loop go on, or extends the limit that stopped it; anything else is the next rung's. */
async function askPerson<T>(here: Here, state: LoopState<T>, stop: Stop): Promise<Next<T>> {
  const { run } = here
  const best = state.best && state.best.attempt > 0 ? state.best : undefined
  const raised = () => run.raised[stop.reason as keyof typeof run.raised]
  const before = raised()
  const more = `with a note, no means: ${grantedAttempts} more attempts with it`
  const question = best
    ? `${stop.why} Take attempt ${best.attempt}, the best, as it is? (${more})`
    : `${stop.why} Nothing better than the start was found. Try ${grantedAttempts} more times?`
  const show = best ? { attempt: best.attempt, value: best.value, objections: best.verdict.objections } : {}
  const until = () => raised() !== before && run.stop === undefined
  const asked = (state.asked ?? 0) + 1
  const { answer, note, by } = await gate({ name: 'fallback', number: asked, kind: 'confirm', question, show, until, afterStop: true })
  const { stop: _stop, ...rest } = { ...state, asked }
  if (answer === 'withdrawn') return { state: { ...rest, stalls: 0 } }
  if (answer === 'stop') return { outcome: stopped(run, { reason: 'declined', why: `${by} declined: ${note ?? stop.why}` }, best, 'human') }
  if (answer === 'yes' && best)
    return {
      outcome: {
        ...accepted(here, best.value, best.attempt, `${by} took attempt ${best.attempt} although: ${stop.why}`),
        fallback: 'human',
      },
    }
  const goesOn = !run.stop && (answer === 'yes' || note !== undefined)
  if (!goesOn) return { state: { ...state, asked, rung: state.rung + 1 } }
  const feedback = note === undefined ? rest.feedback : [{ id: 'person', text: note }]
  return { state: { ...rest, stalls: 0, granted: rest.granted + grantedAttempts, feedback } }
}
