import { type TestReport } from '../../contract/checks.ts'
import { splitCommand } from '../../contract/command.ts'
import { digest } from '../../contract/digest.ts'
import { type Ref } from '../../contract/json.ts'
import { type Objection, type Verdict } from '../../contract/verdict.ts'
import { type Patch } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { failure } from './failure.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'
import { noteVerified, workspaceAt, type Workspace } from './workspace.ts'

/** What the tests of a repository are asked about a patch. */
export interface TestVerification {
  workspace: Workspace
  patch: Patch
  command: string
  /** Accept patches that change tests or what they depend on. */
  allowTestChanges?: boolean
  /** Accept patches that newly reach into the test runner, or ask whether they are being tested. */
  allowRunnerCode?: boolean
  /** How often the tests are run again before a result that decides is believed (1). */
  reruns?: number
  /** Minutes that one run of the tests may take (10). */
  minutes?: number
}

/** Evidence, never from the proposer. */
export const verify = { tests }

/** Runs the tests of exactly the patch's commit. The base is run first, once: a test that is missing or skipped since then objects like one that fails. */
async function tests({ workspace, patch, command, minutes = 10, reruns = 1, ...allowed }: TestVerification): Promise<Verdict> {
  const run = currentRun()
  const key = `baseline:${workspace.path}/${digest(command)}`
  const test = (name: string, commit: string, baseline?: Ref) => {
    const call = { workspace: workspace.path, commit, command, ...(baseline ? { baseline } : {}) }
    return road({ name, kind: 'verify', text: `running ${command}`, call }, (stage) => {
      const at = { ...workspaceAt(workspace.path).at, commit, pack: patch.pack }
      const activity = activities(stage, { summary: `run ${command}`, minutes })
      return activity.runTests({
        run: run.id,
        stage,
        workspace: at,
        command: splitCommand(command),
        minutes,
        reruns,
        ...(allowed.allowTestChanges ? { allowTestChanges: true } : {}),
        ...(baseline ? { baseline } : {}),
      })
    })
  }
  if (!run.state[key] || patch.commit === patch.base) {
    const base = await test('base-tests', patch.base)
    if (base.format !== 'exit code' && base.counts.passed + base.counts.failed + base.counts.skipped + (base.flaky?.length ?? 0) === 0)
      throw noTests(run.id, command, base.format)
    run.state[key] = { ...base.report }
    if (patch.commit === patch.base) return verdictOf(base, patch, allowed)
  }
  const report = await test('tests', patch.commit, run.state[key] as Ref)
  const { passed, failed, skipped } = report.counts
  noteVerified(workspace.path, { commit: patch.commit, command, passed, failed, skipped })
  return verdictOf(report, patch, allowed)
}

/** What a test run says of a patch: accepted only if nothing at all objects. */
export function verdictOf(
  report: TestReport,
  patch: Pick<Patch, 'tree'>,
  { allowTestChanges = false, allowRunnerCode = false }: Pick<TestVerification, 'allowTestChanges' | 'allowRunnerCode'>,
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

function noTests(run: string, command: string, format: TestReport['format']) {
  const message = `\`${command}\` ran no test (${format}), so nothing could be verified.`
  return failure('NoTests', message, { run, effect: 'no', next: 'Name the command that runs the tests with --test.' })
}
