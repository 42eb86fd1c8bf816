import { type Check } from '../../contract/checks.ts'

/** What several runs of one commit say together. */
export interface Settled {
  /** A test that failed in any run is failed, and flaky if it passed in another. */
  checks: Check[]
  /** Names of failed tests that are not held against the commit, and no progress when they pass. */
  excused: string[]
}

/**
 * Joins the runs of one commit. At the base whatever both passed and failed is excused. Later a test is excused only if it was flaky at the base already
 * and passed once, or if other checks reject the commit anyway; one that was not flaky before must pass in every run.
 */
export function settle(runs: Check[][], baseline: Check[] | undefined): Settled {
  const [first = []] = runs
  const names = [...new Set(runs.flat().map(({ name }) => name))]
  const known = new Set(baseline?.filter(({ flaky }) => flaky).map(({ name }) => name))
  const byRun = runs.map((checks) => new Map(checks.map((check) => [check.name, check])))
  const checks = names.flatMap((name) =>
    joined(
      byRun.flatMap((run) => run.get(name) ?? []),
      runs.length,
      baseline !== undefined && !known.has(name),
    ),
  )
  const failed = checks.filter(({ status }) => status === 'failed')
  const others = failed.some(({ name }) => !known.has(name))
  const excused = failed.filter(({ name, flaky }) => (baseline ? known.has(name) && (flaky || others) : flaky)).map(({ name }) => name)
  const order = new Map(first.map(({ name }, at) => [name, at]))
  return { checks: checks.toSorted((a, b) => (order.get(a.name) ?? names.length) - (order.get(b.name) ?? names.length)), excused }
}

/** Whether running the commit again could change what its runs say: it would be accepted, or only what passed at the base failed. */
export function undecided({ checks, excused }: Settled, baseline: Check[] | undefined): boolean {
  const failed = checks.filter(({ status, name }) => status === 'failed' && !excused.includes(name))
  if (!baseline) return failed.length > 0
  if (failed.length === 0) return baseline.some(({ status }) => status === 'failed')
  const passedBefore = new Set(baseline.filter(({ status, flaky }) => status === 'passed' || flaky).map(({ name }) => name))
  return failed.every(({ name, flaky }) => passedBefore.has(name) && !flaky)
}

/** One check of several runs; none when a run that did not fail it lacks it. */
function joined(found: Check[], runs: number, objects: boolean): Check[] {
  const failure = found.find(({ status }) => status === 'failed')
  if (!failure) return found.length === runs && found[0] ? [found[0]] : []
  const passed = found.filter(({ status }) => status === 'passed').length
  if (passed === 0) return [failure]
  const told = `Flaky: on the same commit it passed ${passed} of ${runs} times. It counts as mended when it passes every time.`
  return [{ ...failure, flaky: true, ...(objects ? { message: `${told}\n${failure.message ?? ''}`.trim() } : {}) }]
}
