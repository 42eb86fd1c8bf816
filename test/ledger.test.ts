import { expect, test } from '@jest/globals'
import { type ModelFacts } from '../contract/models.ts'
import { costOf } from '../contract/cost.ts'
import { openBudget, reserve, type Reservation, settle } from '../workflows/core/ledger.ts'

const facts = (over: Partial<ModelFacts> = {}): ModelFacts => ({
  price: { input: 1_000_000, output: 4_000_000 },
  window: 100_000,
  maxOutput: 8_000,
  where: 'test',
  ...over,
})
const budgetOf = (tokens: number, microDollars: number) => openBudget(() => ({ tokens, microDollars }))

/** Numbers that look random and are the same every time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield state / 2_147_483_648
  }
}

test('whatever calls come and however they settle, spent and reserved never pass the caps', () => {
  const over: string[] = []
  for (let seed = 1; seed <= 200; seed++) {
    const random = numbers(seed)
    const next = (most: number) => Math.floor(random.next().value * most)
    const budgets = [budgetOf(next(50_000) + 500, next(200_000) + 500), budgetOf(next(50_000) + 500, Infinity)]
    const price = next(4) === 0 ? null : { input: next(5_000_000), output: next(20_000_000) }
    const model = facts({ price })
    const open: { reservation: Reservation; input: number }[] = []
    for (let step = 0; step < 300; step++) {
      const input = next(3_000)
      const answer = reserve(budgets, model, input, next(6_000) + 1)
      if (typeof answer !== 'string') open.push({ reservation: answer, input })
      if (open.length > 0 && next(2) === 0) {
        const { reservation, input: bound } = open.splice(next(open.length), 1)[0]!
        settle(budgets, model, reservation, next(5) === 0 ? undefined : { input: next(bound + 1), output: next(reservation.allowance + 1) })
      }
      for (const budget of budgets) {
        if (budget.tokens + budget.reservedTokens > budget.cap().tokens) over.push(`seed ${seed} step ${step}: tokens`)
        if (budget.microDollars + budget.reservedMicroDollars > budget.cap().microDollars) over.push(`seed ${seed} step ${step}: dollars`)
      }
    }
  }
  expect(over).toEqual([])
})

test('what does not fit shrinks the allowance, and below a useful size stops', () => {
  expect(reserve([budgetOf(2_000, Infinity)], facts(), 1_000, 8_000)).toMatchObject({ allowance: 1_000 })
  expect(reserve([budgetOf(1_200, Infinity)], facts(), 1_000, 8_000)).toBe('tokens')
  expect(reserve([budgetOf(1e6, 3_000)], facts(), 1_000, 8_000)).toMatchObject({ allowance: 500, microDollars: 3_000 })
  expect(reserve([budgetOf(1e6, 1_500)], facts(), 1_000, 8_000)).toBe('dollars')
})

test('a call that might fit once others have settled waits instead of stopping', () => {
  const budgets = [budgetOf(10_000, Infinity)]
  const first = reserve(budgets, facts(), 1_000, 8_000)
  expect(reserve(budgets, facts(), 1_000, 8_000)).toBe('wait')
  settle(budgets, facts(), first as Reservation, { input: 10, output: 10 })
  expect(reserve(budgets, facts(), 1_000, 8_000)).toMatchObject({ allowance: 8_000 })
})

test('a conversation that may not fit the window is refused for this model', () => {
  expect(reserve([budgetOf(1e9, Infinity)], facts({ window: 1_000 }), 900, 8_000)).toBe('window')
})

test('a lost call is charged whole', () => {
  const budgets = [budgetOf(10_000, Infinity)]
  const reservation = reserve(budgets, facts(), 1_000, 2_000) as Reservation
  expect(settle(budgets, facts(), reservation)).toEqual({ tokens: 3_000, microDollars: 9_000 })
  expect(budgets[0]).toMatchObject({ tokens: 3_000, reservedTokens: 0 })
})

test('micro-dollars are rounded up', () => {
  expect(costOf(facts({ price: { input: 1, output: 1 } }), { input: 1, output: 1 })).toBe(2)
  expect(costOf(facts({ price: null }), { input: 1_000, output: 1 })).toBe(0)
})

test('money that is all reserved to the last micro-dollar is not a dollar over', () => {
  const budgets = [budgetOf(1e9, 1_001)]
  const odd = facts({ price: { input: 333_333, output: 777_777 } })
  const answer = reserve(budgets, odd, 100, 8_000)
  if (typeof answer !== 'string') expect(answer.microDollars).toBeLessThanOrEqual(1_001)
})
