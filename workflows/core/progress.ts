import { type Best, type StopReason } from '../../contract/outcome.ts'
import { type Objection, type Verdict } from '../../contract/verdict.ts'

/** Why something ended unaccepted. */
export interface Stop {
  reason: StopReason
  why: string
}

/** What a loop hands to `propose`, to be handed on to an agent. */
export interface Attempt<T> {
  number: number
  /** What the verifier objected to last. */
  feedback: Objection[]
  best?: Best<T>
  /** `fresh`: a new conversation that starts from the best. */
  context: 'forked' | 'fresh'
  /** Said once, when the last attempt brought nothing. */
  nudge?: string
}

/** Where a loop stands between two attempts; carried by its path. */
export interface LoopState<T> {
  /** Attempts made. */
  number: number
  feedback: Objection[]
  best?: Best<T>
  /** Attempts in a row that brought no progress. */
  stalls: number
  /** The worlds of the verdicts so far, the last one last. */
  worlds: string[]
  /** Rungs of the fallback that were walked. */
  rung: number
  /** Attempts that a person gave in addition, and those that were cut off. */
  granted: number
  /** How often a person was asked what to do. */
  asked?: number
  /** Worlds that a person did not agree to; the same one is not put to them again. */
  declined?: string[]
  /** What stopped it, when that was not its own count. */
  stop?: Stop
}

/** Whether a verdict is better: a score half a point higher, or without scores fewer objections. */
export function beats(verdict: Verdict, best: Verdict | undefined): boolean {
  if (verdict.failed) return false
  if (!best) return true
  if (verdict.score !== undefined && best.score !== undefined) return verdict.score >= best.score + 0.5
  if (verdict.score === undefined && best.score !== undefined) return false
  return verdict.objections.length < best.objections.length
}

/** The state after an attempt that was not accepted; `declined`: the verifier accepted it and a person did not, which is never a stall. */
export function advance<T>(state: LoopState<T>, candidate: T, verdict: Verdict, declined = false): LoopState<T> {
  const number = state.number + 1
  const progress = declined || beats(verdict, state.best?.verdict)
  return {
    ...state,
    number,
    feedback: verdict.objections,
    ...(progress ? { best: { value: candidate, verdict, attempt: number } } : {}),
    stalls: progress ? 0 : state.stalls + 1,
    worlds: [...state.worlds, verdict.world ?? ''].slice(-20),
    ...(declined && verdict.world !== undefined ? { declined: [...(state.declined ?? []), verdict.world].slice(-20) } : {}),
  }
}

/** The next attempt: after the first stall with a nudge, after the second in a fresh context. */
export function nextAttempt<T>(state: LoopState<T>): Attempt<T> {
  const { number, feedback, best, stalls } = state
  return {
    number: number + 1,
    feedback,
    ...(best ? { best } : {}),
    context: stalls >= 2 ? 'fresh' : 'forked',
    ...(stalls === 1 ? { nudge: `${stallKind(state)} Try a different approach; say first why the last one failed.` } : {}),
  }
}

/** The stop that is due before another attempt. */
export function due<T>(state: LoopState<T>, limits: { attempts: number; stalls: number }): Stop | undefined {
  if (state.stop) return state.stop
  if (state.stalls >= limits.stalls)
    return {
      reason: 'stalls',
      why: `${state.stalls === 1 ? '1 attempt' : `${state.stalls} attempts in a row`} brought no progress; ${stillWrong(state)}.`,
    }
  const attempts = limits.attempts + state.granted
  if (state.number >= attempts)
    return {
      reason: 'attempts',
      why: `${attempts === 1 ? 'The only attempt is' : `All ${attempts} attempts are`} used; ${stillWrong(state)}.`,
    }
  return undefined
}

function stillWrong<T>({ best, feedback }: LoopState<T>): string {
  const objections = best?.verdict.objections ?? feedback
  const [first] = objections
  if (!first) return 'nothing was accepted'
  return objections.length === 1 ? `1 objection remains: ${told(first)}` : `${objections.length} objections remain, first ${first.id}`
}

/** An objection in one line, for people. */
export function told({ id, text }: Objection): string {
  const [line = ''] = text.trim().split('\n')
  const said = line.replace(/[\s.:]+$/, '').slice(0, 160)
  return said === '' ? id : `${id} (${said})`
}

function stallKind<T>({ worlds, best }: LoopState<T>): string {
  const world = worlds.at(-1)
  if (world && (world === worlds.at(-2) || world === best?.verdict.world)) return 'Your last attempt changed nothing.'
  if (world && worlds.slice(0, -1).includes(world)) return 'Your last attempt came back to a state that was rejected before.'
  return 'Your last attempt brought no progress.'
}
