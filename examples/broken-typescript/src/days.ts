/** A day of the calendar, as `2026-03-01`; days compare as strings do. */
export type Day = string

const millisecondsPerDay = 86_400_000

/** The day that lies a number of days after another; before it, if the number is negative. */
export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * millisecondsPerDay).toISOString().slice(0, 10)
}

/** How many days lie between two days. */
export function daysBetween(first: Day, last: Day): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / millisecondsPerDay)
}

/** Whether a day is a Saturday or a Sunday. */
export function isWeekend(day: Day): boolean {
  const weekday = new Date(day).getUTCDay()
  return weekday === 0 || weekday === 6
}
