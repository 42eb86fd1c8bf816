import { expect, test } from '@jest/globals'
import { type Verdict } from '../contract/verdict.ts'
import { advance, beats, due, type LoopState, nextAttempt } from '../workflows/core/progress.ts'

const verdict = (failing: number, world = `${failing}`, score?: number): Verdict => ({
  accepted: false,
  objections: Array.from({ length: failing }, (_, index) => ({ id: `test ${index}`, text: '' })),
  world,
  evidence: [],
  ...(score === undefined ? {} : { score }),
})
const start: LoopState<string> = { number: 0, feedback: [], stalls: 0, worlds: [], rung: 0, granted: 0 }
const limits = { attempts: 8, stalls: 3 }

test('fewer objections or half a point more is progress, anything else is not', () => {
  expect(beats(verdict(2), verdict(3))).toBe(true)
  expect(beats(verdict(3), verdict(3))).toBe(false)
  expect(beats(verdict(50, 'a', -60), verdict(50, 'b', -100))).toBe(true)
  expect(beats(verdict(1, 'a', 7.4), verdict(1, 'b', 7))).toBe(false)
  expect(beats(verdict(1, 'a', 7.5), verdict(1, 'b', 7))).toBe(true)
})

test('the first stall nudges, the second starts afresh, the third stops', () => {
  let state = advance(start, 'one', verdict(3))
  expect(nextAttempt(state)).toMatchObject({ number: 2, context: 'forked', best: { value: 'one' } })
  expect(nextAttempt(state)).not.toHaveProperty('nudge')
  state = advance(state, 'two', verdict(3))
  expect(nextAttempt(state)).toMatchObject({ context: 'forked', nudge: expect.stringContaining('Try a different approach') })
  state = advance(state, 'three', verdict(4))
  expect(nextAttempt(state)).toMatchObject({ context: 'fresh', best: { value: 'one', attempt: 1 } })
  expect(due(state, limits)).toBeUndefined()
  state = advance(state, 'four', verdict(5))
  expect(due(state, limits)).toMatchObject({ reason: 'stalls' })
})

test('progress after a stall starts the count anew', () => {
  let state = advance(advance(start, 'one', verdict(3)), 'two', verdict(3))
  state = advance(state, 'three', verdict(2))
  expect(state).toMatchObject({ stalls: 0, best: { value: 'three' } })
})

test('an attempt that changed nothing is told so, and one that came back to an old state too', () => {
  let state = advance(advance(start, 'one', verdict(3, 'a')), 'two', verdict(3, 'a'))
  expect(nextAttempt(state).nudge).toContain('changed nothing')
  state = advance(advance(advance(start, 'one', verdict(3, 'a')), 'two', verdict(2, 'b')), 'three', verdict(3, 'a'))
  expect(nextAttempt(state).nudge).toContain('came back to a state')
})

test('how a loop stalls is named from the world: back and forth, back, changed and the same score, changed and no better', () => {
  const kindOf = (...verdicts: Verdict[]) => verdicts.reduce((state, next) => advance(state, 'x', next), start).kinds?.at(-1)
  const [a, b, c] = [verdict(2, 'a'), verdict(3, 'b'), verdict(3, 'c')]
  expect(kindOf(a, a)).toBe('edit-free')
  expect(kindOf(verdict(2, 'z'), b, c, b)).toBe('ping-pong')
  expect(kindOf(verdict(2, 'z'), b, c, verdict(3, 'd'), b)).toBe('repeated')
  expect(kindOf(verdict(1, 'a', 7), verdict(1, 'b', 7.2))).toBe('plateau')
  expect(kindOf(a, b)).toBe('churn')
  expect(kindOf(b, a)).toBeUndefined()
  let state = start
  for (const next of [a, b, c, b]) state = advance(state, 'x', next)
  expect(due(state, limits)?.why).toContain('brought no progress (churn, ping-pong)')
})

test('a loop whose verifier says that it is blocked stops with what it is blocked on as its best, unless something better was there', () => {
  const blocked = (failing: number): Verdict => ({ ...verdict(failing), blocked: 'Nobody can tell.' })
  const before = advance(start, 'one', verdict(2))
  expect(before.objected).toEqual([['test 0', 'test 1']])
  const same = advance(before, 'two', blocked(2))
  expect(due(same, limits)).toEqual({ reason: 'blocked', why: 'Nobody can tell.' })
  expect(same).toMatchObject({ best: { value: 'two', attempt: 2 }, objected: [] })
  expect(advance(before, 'two', blocked(3)).best).toMatchObject({ value: 'one', attempt: 1 })
  expect(advance(before, 'two', { ...blocked(2), failed: true }).best).toMatchObject({ value: 'one' })
  expect(advance(advance(before, 'two', verdict(3)), 'three', verdict(1)).objected).toEqual([['test 0', 'test 1', 'test 2'], ['test 0']])
})

test('attempts are counted up to their limit', () => {
  let state = start
  for (let index = 9; index > 1; index--) state = advance(state, 'x', verdict(index))
  expect(due(state, limits)).toMatchObject({ reason: 'attempts', why: expect.stringContaining('All 8 attempts') })
})
