import { addDays, type Day, daysBetween, isWeekend } from './days'

/** All days from the first to the last, both included. */
export interface Range {
  first: Day
  last: Day
}

/** How many days a range has. */
export function length(range: Range): number {
  return daysBetween(range.first, range.last) + 1
}

/** Whether two ranges have a day in common. */
export function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= b.last
}

/** The days that two ranges have in common, if there are any. */
export function intersection(a: Range, b: Range): Range | undefined {
  if (!overlap(a, b)) return undefined
  return { first: a.first > b.first ? a.first : b.first, last: a.last < b.last ? a.last : b.last }
}

/** The same days in as few ranges as possible, in order: those that overlap or touch become one. */
export function merge(ranges: Range[]): Range[] {
  const merged: Range[] = []
  for (const range of [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = merged.at(-1)
    if (previous && range.first <= addDays(previous.last, 1)) {
      previous.last = previous.last > range.last ? previous.last : range.last
    } else {
      merged.push({ ...range })
    }
  }
  return merged
}

/** How many days of a range are neither Saturdays nor Sundays. */
export function workingDays(range: Range): number {
  let count = 0
  for (let day = range.first; day <= range.last; day = addDays(day, 1)) {
    if (!isWeekend(day)) count += 1
  }
  return count
}
