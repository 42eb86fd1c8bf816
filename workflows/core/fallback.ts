import { type Json } from '../../contract/json.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { failure } from './failure.ts'
import { gate } from './gate.ts'
import { type Here } from './group.ts'
import { type Loop } from './loop.ts'
import { accepted, stopped } from './outcome.ts'
import { type LoopState, type Stop } from './progress.ts'

type Next<T> = { outcome: Outcome<T> } | { state: LoopState<T> }

/** Walks the rungs of the fallback until one answers. What a person declined is not put to them again. */
export async function fallBack<T>(here: Here, { fallback = ['best'] }: Loop<T>, state: LoopState<T>, stop: Stop): Promise<Next<T>> {
  const rung = stop.reason === 'declined' ? undefined : fallback[state.rung]
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

/** A person takes the best attempt, gives the loop something to go on with, or extends the limits; anything else is the next rung's. */
async function askPerson<T>(here: Here, state: LoopState<T>, stop: Stop): Promise<Next<T>> {
  const { run } = here
  const { best } = state
  const limits = run.limits
  const question =
    best && best.attempt > 0
      ? `${stop.why} Take attempt ${best.attempt}, the best, as it is?`
      : `${stop.why} Nothing better than the start was found. Go on?`
  const show = (best ? { attempt: best.attempt, value: best.value, objections: best.verdict.objections } : {}) as Json
  const extended = () => run.limits !== limits && run.stop === undefined
  const { answer, note, by } = await gate({ name: 'fallback', kind: 'confirm', question, show, until: extended, afterStop: true })
  const { stop: _stop, ...rest } = state
  if (answer === 'withdrawn') return { state: { ...rest, stalls: 0 } }
  if (answer === 'stop') return { outcome: stopped(run, { reason: 'declined', why: `${by} declined: ${note ?? stop.why}` }, best, 'human') }
  if (answer === 'yes' && best && best.attempt > 0)
    return {
      outcome: {
        ...accepted(here, best.value, best.attempt, `${by} took attempt ${best.attempt} although: ${stop.why}`),
        fallback: 'human',
      },
    }
  const counted = stop.reason === 'stalls' ? { ...rest, stalls: 0 } : state
  return { state: { ...counted, rung: state.rung + 1, ...(note ? { feedback: [{ id: 'person', text: note }] } : {}) } }
}
