import { expect, test } from '@jest/globals'
import { addDays, daysBetween, isWeekend } from '../src/days'

test('days are added across the end of a month', () => {
  expect(addDays('2026-01-30', 3)).toBe('2026-02-02')
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28')
})

test('a leap year has one day more', () => {
  expect(daysBetween('2024-01-01', '2025-01-01')).toBe(366)
})

test('Saturday and Sunday are the weekend', () => {
  expect(['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'].map(isWeekend)).toEqual([false, true, true, false])
})
