import { type Check } from '../../contract/checks.ts'
import { tamperingPrefix } from './known.ts'

export interface Comparison {
  /** Names of tests that the baseline has and this run has not. */
  missing: string[]
  /** Names of tests that ran in the baseline and are skipped now. */
  newlySkipped: string[]
  /** How many tests were skipped in the baseline and ran now. */
  unskipped: number
}

/** Compares a run with the baseline. `command` is the name of the check that stands for the whole command. */
export function compare(baseline: Check[], checks: Check[], command: string): Comparison {
  const now = new Map(checks.map((check) => [check.name, check]))
  const missing = baseline.filter((check) => !now.has(check.name) && !resolved(check, checks, command))
  const both = baseline.flatMap((before) => {
    const after = now.get(before.name)
    return after ? [{ before, after }] : []
  })
  return {
    missing: missing.map((check) => check.name),
    newlySkipped: both
      .filter(({ before, after }) => before.status !== 'skipped' && after.status === 'skipped')
      .map(({ after }) => after.name),
    unskipped: both.filter(({ before, after }) => before.status === 'skipped' && after.status !== 'skipped').length,
  }
}

/** Some failed checks are no tests and go when what they say is mended: of the whole command, of a file that did not load, of a fixture. */
function resolved(check: Check, all: Check[], command: string): boolean {
  const checks = all.filter(({ name }) => !name.includes(tamperingPrefix))
  if (check.name.includes(tamperingPrefix)) return true
  if (check.status !== 'failed') return false
  if (check.name === command) return checks.some(({ name }) => name !== command)
  if (check.name.endsWith(' (hooks)')) return checks.some(({ file }) => file === check.file)
  return check.name === check.file && checks.some(({ name, file }) => file === check.file && name !== file)
}
