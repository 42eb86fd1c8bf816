import { type Check } from '../../contract/checks.ts'

/** A check that a reporter adds when something of the test runner was replaced while the tests ran; not a test. */
export const tamperingPrefix = 'tampering: '

/**
 * What a run's checks say beside the baseline's. A test that made assertions there and passes without any now has not shown anything.
 * What replaces parts of the test runner at the base too is the repository's own way of testing.
 */
export function besideBaseline(checks: Check[], baseline: Check[] | undefined): Check[] {
  const before = new Map(baseline?.map((check) => [check.name, check]))
  return checks.map((check) => {
    const { name, status, assertions } = check
    if (name.includes(tamperingPrefix)) return baseline && !before.has(name) ? check : { ...check, status: 'skipped' }
    const made = before.get(name)?.assertions ?? 0
    if (status !== 'passed' || assertions !== 0 || made === 0) return check
    const message = `It passes without having asserted anything; before the change it made ${made === 1 ? 'one assertion' : `${made} assertions`}.`
    return { ...check, status: 'failed', message }
  })
}
