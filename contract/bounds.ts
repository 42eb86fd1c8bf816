import { type Limits } from './limits.ts'
import { type ModelFacts } from './models.ts'

/** How many turns an agent takes at most, where its workflow names no other number. */
export const defaultTurns = 50
/** How many turns a reviewer takes at most. */
export const reviewTurns = 20
/** How many attempts a rung of the fallback, or a person, gives a loop that has stopped. */
export const grantedAttempts = 2
/** How often one model is asked for one reply: once, and twice more when it fails. */
export const triesPerModel = 3

/** What a run can cost at most, as far as that is known before it is started. */
export interface Bounds {
  attempts: number
  /** Calls of models: every turn of every attempt, with every retry, at every model of the chain. Absent where the declaration draws no stages. */
  calls?: number
  tokens: number
  minutes: number
  /** Null: a price is unknown. */
  microDollars: number | null
}

/** The bounds of a run, from its limits; `rungs` of its fallback may grant more attempts, and `calls` are what its declared stages make at most. */
export function boundsOf(
  limits: Limits,
  models: Record<string, ModelFacts>,
  { calls, rungs = 0 }: { calls?: number; rungs?: number } = {},
): Bounds {
  const attempts = limits.attempts + rungs * grantedAttempts
  const prices = Object.values(models).map(({ price }) => (price ? Math.max(price.input, price.output) : null))
  const byTokens = prices.includes(null) ? null : Math.ceil((Math.max(0, ...prices.map(Number)) * limits.tokens) / 1e6)
  const cap = limits.dollars === 'none' ? null : Math.ceil(limits.dollars * 1e6)
  const microDollars = byTokens === null || cap === null ? (byTokens ?? cap) : Math.min(byTokens, cap)
  return { attempts, ...(calls === undefined ? {} : { calls }), tokens: limits.tokens, minutes: limits.minutes, microDollars }
}
