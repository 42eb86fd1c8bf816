import { describe, expect, test } from '@jest/globals'
import { type Check } from '../contract/checks.ts'
import { rankedCandidates } from '../activities/repair/candidates.ts'
import { hintsOf } from '../activities/repair/hints.ts'
import { inOrder } from '../activities/repair/in-order.ts'
import { localise } from '../activities/repair/localise.ts'
import { mended, standing } from '../activities/repair/suite.ts'
import { type TracedTest } from '../activities/repair/trace.ts'

function traced(passed: boolean, lines: Record<string, number[]>, outside: Record<string, number[]> = {}): TracedTest {
  const sets = (found: Record<string, number[]>) => new Map(Object.entries(found).map(([file, numbers]) => [file, new Set(numbers)]))
  return { file: 'a.test.js', titles: [], passed, lines: sets(lines), outside: sets(outside) }
}

const check = (name: string, status: Check['status'], message?: string): Check => ({ name, status, ...(message ? { message } : {}) })

describe('the most suspicious line', () => {
  const sources = new Map([['a.js', 'const limit = 5\n\nfunction f(x) {\n  if (x < limit)\n    return 1\n  return 2\n}\n']])
  const at = (tests: TracedTest[], line: number, failing: Check[] = []) => localise(tests, failing, sources).score('a.js', line, line)

  test('is the one that failing tests execute and passing ones do not', () => {
    const tests = [traced(true, { 'a.js': [4, 5] }), traced(false, { 'a.js': [4, 6] })]
    expect(at(tests, 6)).toBeGreaterThan(at(tests, 4))
    expect(at(tests, 4)).toBeGreaterThan(at(tests, 5))
    expect(at(tests, 5)).toBe(0)
  })

  test('gains by being named in the stack of a failure', () => {
    const tests = [traced(false, { 'a.js': [4, 6] }), traced(true, { 'a.js': [4, 6] })]
    const failing = [check('t', 'failed', 'TypeError: no\n    at f (/tmp/copy/a.js:6:10)')]
    expect(at(tests, 6, failing)).toBeGreaterThan(at(tests, 4, failing))
  })

  test('lends its suspicion to the constant that it uses', () => {
    const tests = [traced(false, { 'a.js': [4] }, { 'a.js': [1] }), traced(true, { 'a.js': [6] }, { 'a.js': [1] })]
    expect(at(tests, 1)).toBeGreaterThan(0.9 * at(tests, 4))
  })

  test('is not outvoted by the other fault of two', () => {
    const tests = [traced(false, { 'a.js': [5] }), ...[1, 2, 3, 4].map(() => traced(false, { 'a.js': [6] })), traced(true, { 'a.js': [4] })]
    expect(at(tests, 5)).toBeGreaterThan(0.8)
    expect(localise(tests, [], sources).oneReason).toBe(false)
  })
})

describe('an edit mends', () => {
  const before = standing([check('a', 'passed'), check('b', 'failed'), check('c', 'failed')])
  const after = (...checks: Check[]) => mended(before, standing(checks))

  test('what fails before and passes after', () => {
    expect(after(check('a', 'passed'), check('b', 'passed'), check('c', 'failed'))).toEqual(['b'])
  })

  test.each([
    ['breaks what passed', [check('a', 'failed'), check('b', 'passed'), check('c', 'passed')]],
    ['makes a passing test disappear', [check('b', 'passed'), check('c', 'passed')]],
    ['skips what passed', [check('a', 'skipped'), check('b', 'passed'), check('c', 'passed')]],
    ['makes a failing test disappear', [check('a', 'passed')]],
    ['skips what failed', [check('a', 'passed'), check('b', 'skipped'), check('c', 'failed')]],
    ['makes another test fail in place of one', [check('a', 'passed'), check('b', 'passed'), check('c', 'failed'), check('d', 'failed')]],
  ])('nothing if it %s', (_how, checks) => {
    expect(after(...checks)).toBeUndefined()
  })

  test('a file that could not be loaded once its tests run and pass', () => {
    const broken = standing([check('x.test.js', 'failed'), check('y.test.js > y', 'passed')])
    const passing = standing([check('x.test.js > x', 'passed'), check('y.test.js > y', 'passed')])
    const gone = standing([check('y.test.js > y', 'passed')])
    expect(mended(broken, passing)).toEqual(['x.test.js'])
    expect(mended(broken, gone)).toBeUndefined()
  })
})

test('candidates are judged in their order, whichever ends first', async () => {
  const ends: number[] = []
  const seen: number[] = []
  const waits = new Map<number, () => void>()
  const work = async (item: number) => {
    // The first waits until the second has ended.
    if (item === 1) await new Promise<void>((resolve) => waits.set(1, resolve))
    ends.push(item)
    waits.get(1)?.()
    return item * 10
  }
  for await (const [item, result] of inOrder([1, 2, 3], 2, work)) {
    expect(result).toBe(item * 10)
    seen.push(item)
  }
  expect(ends.slice(0, 2)).toEqual([2, 1])
  expect(seen).toEqual([1, 2, 3])
})

test.each([
  ['a.js', 'const unused = 3\nconst used = 2\n\nexport function f(x) {\n  return x * used + used\n}\n', 'unused'],
  ['a.js', 'export function f(first, second, third) {\n  return first + first * second - second\n}\n', 'third'],
  ['a.py', 'UNUSED = 3\nUSED = 2\n\n\ndef f(x):\n    return x * USED + USED\n', 'UNUSED'],
  ['a.py', 'def f(first, second, third):\n    return first + first * second - second\n', 'third'],
])('a name that nothing reads is a likely one: in %s', async (file, source, unread) => {
  const sources = new Map([[file, source]])
  const candidates = await rankedCandidates(sources, localise([], [], sources), hintsOf([]), 'python3', 600, new AbortController().signal)
  expect(candidates.find(({ operator }) => operator === 'wrong name')?.text).toBe(unread)
})
