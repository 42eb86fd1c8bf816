import { type Check } from '../../contract/checks.ts'

/** What a test run came to, as names of tests. */
export interface Standing {
  failing: Set<string>
  passing: Set<string>
}

/** Sorts checks by whether they passed. */
export function standing(checks: Check[]): Standing {
  const named = (status: Check['status']) => new Set(checks.filter((check) => check.status === status).map(({ name }) => name))
  return { failing: named('failed'), passing: named('passed') }
}

/**
 * Which failing tests an edit mended, or undefined when it mended none or cost something: a test that passed must still pass,
 * and fewer tests must fail. `among` limits the question to some tests, as those of the files that ran.
 */
export function mended(before: Standing, after: Standing, among: (name: string) => boolean = () => true): string[] | undefined {
  for (const name of before.passing) if (among(name) && !after.passing.has(name)) return undefined
  const asked = [...before.failing].filter(among)
  if (after.failing.size > 0 && [...after.failing].filter(among).length >= asked.length) return undefined
  const names = asked.filter((name) => after.passing.has(name) || runsNow(name, before, after))
  return names.length > 0 ? names : undefined
}

/** A failure of a whole file or command, which no test stands for, is mended when tests run in its place and none fails. */
function runsNow(name: string, before: Standing, after: Standing): boolean {
  if (after.failing.has(name) || name.includes(' > ')) return false
  const inside = (other: string) => other.startsWith(`${name} > `)
  if ([...after.passing].some(inside)) return ![...after.failing].some(inside)
  return after.failing.size === 0 && after.passing.size > before.passing.size
}

/** Whether the tests of these files passed and failed alike in two runs. */
export function sameResults(before: Check[], after: Check[], files: string[]): boolean {
  const now = standing(after)
  return before
    .filter(({ file, status }) => files.includes(file ?? '') && status !== 'skipped')
    .every(({ name, status }) => (status === 'failed' ? now.failing : now.passing).has(name))
}
