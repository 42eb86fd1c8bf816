import { type Account } from '../../contract/carried.ts'
import { costOf } from '../../contract/cost.ts'
import { type ModelFacts, type Usage } from '../../contract/models.ts'

/** Below this many tokens a reply is not worth asking for. */
export const usefulTokens = 256

/** What one run, loop or stage may spend, and what is taken. Integer micro-dollars, rounded up. */
export interface Budget extends Account {
  reservedTokens: number
  reservedMicroDollars: number
  cap(): { tokens: number; microDollars: number }
}

/** What is set aside for one model call before it is made. */
export interface Reservation extends Account {
  allowance: number
}

/** Why a call can't be made: wait for calls in flight to settle, or stop. `window`: the conversation is too long for this model. */
export type Refusal = 'wait' | 'tokens' | 'dollars' | 'window'

/** A budget with nothing spent, or with what an earlier execution spent. */
export function openBudget(cap: Budget['cap'], spent: Account = { tokens: 0, microDollars: 0 }): Budget {
  return { ...spent, reservedTokens: 0, reservedMicroDollars: 0, cap }
}

/** Sets aside the worst case of a call in every budget that it falls under; what doesn't fit shrinks the allowance, down to `usefulTokens`. */
export function reserve(budgets: Budget[], facts: ModelFacts, inputBound: number, wanted: number): Reservation | Refusal {
  const useful = Math.min(usefulTokens, wanted, facts.maxOutput)
  const room = Math.min(wanted, facts.maxOutput, facts.window - inputBound)
  if (room < useful) return 'window'
  const allowances = budgets.map((budget) => fits(budget, facts, inputBound))
  const allowance = Math.min(room, ...allowances.map(({ tokens, dollars }) => Math.min(tokens, dollars)))
  if (allowance < useful) {
    if (budgets.some((budget) => budget.reservedTokens > 0)) return 'wait'
    return allowances.some(({ tokens }) => tokens < useful) ? 'tokens' : 'dollars'
  }
  const usage = { input: inputBound, output: allowance }
  const reservation = { allowance, tokens: inputBound + allowance, microDollars: costOf(facts, usage) }
  hold(budgets, reservation)
  return reservation
}

/** Sets a slice aside for a run of its own, in every budget that it falls under: what it wants, or what is left. */
export function reserveSlice(budgets: Budget[], wanted: Account): Account | Exclude<Refusal, 'window'> {
  const left = budgets.map((budget) => leftOf(budget))
  const tokens = Math.min(wanted.tokens, ...left.map((account) => account.tokens))
  const microDollars = Math.min(wanted.microDollars, ...left.map((account) => account.microDollars))
  if (tokens < Math.min(usefulTokens, wanted.tokens) || microDollars <= 0) {
    if (budgets.some((budget) => budget.reservedTokens > 0)) return 'wait'
    return microDollars <= 0 ? 'dollars' : 'tokens'
  }
  hold(budgets, { tokens, microDollars })
  return { tokens, microDollars }
}

function hold(budgets: Budget[], { tokens, microDollars }: Account): void {
  for (const budget of budgets) {
    budget.reservedTokens += tokens
    budget.reservedMicroDollars += finite(microDollars)
  }
}

/** Gives back what was set aside, and charges what was used of it. */
export function release(budgets: Budget[], held: Account, charged: Account): void {
  for (const budget of budgets) {
    budget.reservedTokens -= held.tokens
    budget.reservedMicroDollars -= finite(held.microDollars)
    budget.tokens += charged.tokens
    budget.microDollars += finite(charged.microDollars)
  }
}

/** Without a dollar cap nothing is set aside of it. */
function finite(microDollars: number): number {
  return microDollars === Infinity ? 0 : microDollars
}

/** Gives a reservation back and charges what was used; without usage the call is charged whole. */
export function settle(budgets: Budget[], facts: ModelFacts, reservation: Reservation, usage?: Usage): Account {
  const charged = usage ? { tokens: usage.input + usage.output, microDollars: costOf(facts, usage) } : reservation
  release(budgets, reservation, charged)
  return { tokens: charged.tokens, microDollars: charged.microDollars }
}

/** The output tokens that a budget still allows after the input, by its tokens and by its dollars. */
function fits(budget: Budget, facts: ModelFacts, inputBound: number): { tokens: number; dollars: number } {
  const account = leftOf(budget)
  const tokens = account.tokens - inputBound
  const left = account.microDollars - costOf(facts, { input: inputBound, output: 0 })
  if (!facts.price || left === Infinity) return { tokens, dollars: Infinity }
  if (left < 0) return { tokens, dollars: -1 }
  return { tokens, dollars: facts.price.output === 0 ? Infinity : Math.floor((left * 1e6) / facts.price.output) }
}

function leftOf(budget: Budget): Account {
  const { tokens, microDollars } = budget.cap()
  return {
    tokens: tokens - budget.tokens - budget.reservedTokens,
    microDollars: microDollars - budget.microDollars - budget.reservedMicroDollars,
  }
}
