import { type Best, type StopReason } from '../../contract/outcome.ts'
import { type Objection, type Verdict } from '../../contract/verdict.ts'
import { nudgeOf, type StallKind, stallKind } from './stalls.ts'

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
  /** Those of the fallback, once it is their turn. */
  models?: string[]
}

/** Where a loop stands between two attempts; carried by its path. */
export interface LoopState<T> {
  /** Attempts made. */
  number: number
  feedback: Objection[]
  best?: Best<T>
  /** Attempts in a row that brought no progress. */
  stalls: number
  /** How each of them stalled, the last one last. */
  kinds?: StallKind[]
  /** The worlds of the verdicts so far, the last one last. */
  worlds: string[]
  /** Rungs of the fallback that were walked. */
  rung: number
  /** Attempts that a person gave in addition, and those that were cut off. */
  granted: number
  /** The models of the rung that proposes now, and how many attempts were made before it. */
  others?: { models: string[]; from: number }
  /** How often a person was asked what to do. */
  asked?: number
  /** Worlds that a person did not agree to; the same one is not put to them again. */
  declined?: string[]
  /** Ids of what the last two attempts were objected to for. */
  objected?: string[][]
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
  const { best } = state
  // What a loop is blocked on is what a person is asked about, unless something better was there.
  const blockedOn = verdict.blocked !== undefined && !verdict.failed && !(best && beats(best.verdict, verdict))
  const progress = declined || blockedOn || beats(verdict, best?.verdict)
  const kind = stallKind(verdict, state.worlds, best?.verdict)
  return {
    ...state,
    number,
    feedback: verdict.objections,
    ...(progress ? { best: { value: candidate, verdict, attempt: number } } : {}),
    stalls: progress ? 0 : state.stalls + 1,
    kinds: progress ? [] : [...(state.kinds ?? []), kind].slice(-10),
    worlds: [...state.worlds, verdict.world ?? ''].slice(-20),
    // Whoever goes on after a block begins to count anew.
    objected: verdict.blocked === undefined ? [...(state.objected ?? []), verdict.objections.map(({ id }) => id)].slice(-2) : [],
    ...(verdict.blocked === undefined ? {} : { stop: { reason: 'blocked' as const, why: verdict.blocked } }),
    ...(declined && verdict.world !== undefined ? { declined: [...(state.declined ?? []), verdict.world].slice(-20) } : {}),
  }
}

/** The next attempt: after the first stall with a nudge, after the second in a fresh context; other models begin afresh, too. */
export function nextAttempt<T>(state: LoopState<T>): Attempt<T> {
  const { number, feedback, best, stalls, others } = state
  const kind = state.kinds?.at(-1)
  return {
    number: number + 1,
    feedback,
    ...(best ? { best } : {}),
    context: stalls >= 2 || others?.from === number ? 'fresh' : 'forked',
    ...(stalls === 1 && kind ? { nudge: nudgeOf(kind) } : {}),
    ...(others ? { models: others.models } : {}),
  }
}

/** The stop that is due before another attempt. */
export function due<T>(state: LoopState<T>, limits: { attempts: number; stalls: number }): Stop | undefined {
  if (state.stop) return state.stop
  if (state.stalls >= limits.stalls)
    return {
      reason: 'stalls',
      why: `${state.stalls === 1 ? '1 attempt' : `${state.stalls} attempts in a row`} brought no progress${kindsOf(state)}; ${stillWrong(state)}.`,
    }
  const attempts = limits.attempts + state.granted
  if (state.number >= attempts)
    return {
      reason: 'attempts',
      why: `${attempts === 1 ? 'The only attempt is' : `All ${attempts} attempts are`} used; ${stillWrong(state)}.`,
    }
  return undefined
}

function kindsOf<T>({ kinds = [] }: LoopState<T>): string {
  return kinds.length === 0 ? '' : ` (${[...new Set(kinds)].join(', ')})`
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
