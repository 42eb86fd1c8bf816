import { type TestReport } from './checks.ts'
import { type Objection, type Verdict } from './verdict.ts'
import { type Patch } from './workspace.ts'

/** What a person lets a patch do that is objected to otherwise. */
export interface Allowed {
  /** Accept patches that change tests or what they depend on. */
  allowTestChanges?: boolean
  /** Accept patches that newly reach into the test runner, or ask whether they are being tested. */
  allowRunnerCode?: boolean
}

/** What a test run says of a patch: accepted only if nothing at all objects. */
export function verdictOf(
  report: TestReport,
  patch: Pick<Patch, 'tree'>,
  { allowTestChanges = false, allowRunnerCode = false }: Allowed,
): Verdict {
  // Reports in recorded histories may be older than these two.
  const { failed, missing, newlySkipped, protectedChanges, counts, flaky = [] } = report
  const changes = allowTestChanges ? [] : protectedChanges
  const tampering = allowRunnerCode ? [] : (report.tampering ?? [])
  const objections: Objection[] = [
    ...changes.map(({ path, change, why }) => ({ id: `protected: ${path}`, text: `${path} was ${change}: ${why}` })),
    ...tampering.map(({ path, line, why }) => ({ id: `tampering: ${path}`, text: `${path}:${line}: ${why}` })),
    ...failed.map(({ name, message }) => ({ id: name, text: message ?? '' })),
    ...missing.map((name) => ({ id: name, text: 'This test ran before the change and does not run any more.' })),
    ...newlySkipped.map((name) => ({ id: name, text: 'This test ran before the change and is skipped now.' })),
  ]
  if (report.timedOut)
    objections.push({ id: 'time limit', text: `The tests were ended after ${Math.round(report.milliseconds / 1000)} s.` })
  else if (report.exitCode !== 0 && objections.length === 0)
    objections.push({ id: 'exit code', text: `The command ended with ${report.exitCode ?? 'a signal'}:\n${report.tail}` })
  const wrong = counts.failed + counts.missing + newlySkipped.length + changes.length + tampering.length + (report.timedOut ? 1 : 0)
  return {
    accepted: objections.length === 0,
    score: -Math.max(wrong, objections.length),
    objections,
    world: patch.tree,
    evidence: [report.report, report.output],
    ...(flaky.length === 0 ? {} : { note: notCounted(flaky) }),
  }
}

function notCounted(flaky: string[]): string {
  const names = flaky.length > 3 ? `${flaky.slice(0, 3).join(', ')} and ${flaky.length - 3} more` : flaky.join(', ')
  return `Not counted, because flaky (passed and failed on the same commit): ${names}.`
}
