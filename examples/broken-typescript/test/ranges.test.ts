import { describe, expect, test } from '@jest/globals'
import { intersection, length, merge, overlap, workingDays } from '../src/ranges'

const march = { first: '2026-03-01', last: '2026-03-31' }

test('both ends of a range count', () => {
  expect(length(march)).toBe(31)
  expect(length({ first: '2026-03-05', last: '2026-03-05' })).toBe(1)
})

describe('overlap', () => {
  test('ranges that share one day overlap', () => {
    expect(overlap(march, { first: '2026-03-31', last: '2026-04-10' })).toBe(true)
    expect(overlap(march, { first: '2026-02-10', last: '2026-03-01' })).toBe(true)
  })

  test('an earlier range does not overlap', () => {
    expect(overlap(march, { first: '2026-02-01', last: '2026-02-28' })).toBe(false)
  })

  test('a later range does not overlap', () => {
    expect(overlap(march, { first: '2026-04-01', last: '2026-04-30' })).toBe(false)
  })
})

describe('intersection', () => {
  test('is what both ranges have', () => {
    expect(intersection(march, { first: '2026-03-20', last: '2026-04-10' })).toEqual({ first: '2026-03-20', last: '2026-03-31' })
  })

  test('is nothing for ranges apart', () => {
    expect(intersection(march, { first: '2026-05-01', last: '2026-05-02' })).toBeUndefined()
  })
})

test('ranges that touch are merged, others stay apart', () => {
  const ranges = [
    { first: '2026-03-20', last: '2026-03-22' },
    { first: '2026-03-01', last: '2026-03-04' },
    { first: '2026-03-05', last: '2026-03-06' },
  ]
  expect(merge(ranges)).toEqual([
    { first: '2026-03-01', last: '2026-03-06' },
    { first: '2026-03-20', last: '2026-03-22' },
  ])
})

test('working days leave out the weekends', () => {
  expect(workingDays({ first: '2026-11-19', last: '2026-11-24' })).toBe(4)
})
