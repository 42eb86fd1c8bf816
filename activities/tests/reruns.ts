import { type Check, type TestCall } from '../../contract/checks.ts'
import { compare } from './compare.ts'
import { settle, undecided } from './flaky.ts'
import { commandName, type TestRun } from './run.ts'

/**
 * Runs the tests of a commit, and again while that could change what is said of it. All runs together take no longer than one may: a run that would not fit
 * is not begun, and one that the end of the time cut off is not counted.
 */
export async function runsOf(
  call: TestCall,
  baseline: Check[] | undefined,
  rejected: boolean,
  run: (minutes: number) => Promise<TestRun>,
): Promise<TestRun[]> {
  const runs = [await run(call.minutes)]
  while (runs.length <= (call.reruns ?? 0) && !rejected && worthAnother(call, baseline, runs)) {
    const left = call.minutes - runs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 60_000
    if (left * 60_000 < Math.max(...runs.map(({ milliseconds }) => milliseconds))) break
    const next = await run(left)
    if (next.ended === 'timeout') break
    runs.push(next)
  }
  return runs
}

function worthAnother(call: TestCall, baseline: Check[] | undefined, runs: TestRun[]): boolean {
  if (runs.at(-1)?.ended) return false
  const settled = settle(
    runs.map(({ checks }) => checks),
    baseline,
  )
  const { missing, newlySkipped } = compare(baseline ?? [], settled.checks, commandName(call.command))
  return missing.length + newlySkipped.length === 0 && undecided(settled, baseline)
}
