import { type TestReport } from '../../contract/checks.ts'
import { type Allowed, verdictOf } from '../../contract/tests-verdict.ts'
import { splitCommand } from '../../contract/command.ts'
import { digest } from '../../contract/digest.ts'
import { type Ref } from '../../contract/json.ts'
import { type Verdict } from '../../contract/verdict.ts'
import { type Patch } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { citations } from './citations.ts'
import { command } from './command.ts'
import { failure } from './failure.ts'
import { judge } from './judges.ts'
import { review } from './review.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'
import { all, any, panel, rules, schema } from './verifiers.ts'
import { noteVerified, workspaceAt, type Workspace } from './workspace.ts'

/** What the tests of a repository are asked about a patch. */
export interface TestVerification extends Allowed {
  workspace: Workspace
  patch: Patch
  command: string
  /** How often the tests are run again before a result that decides is believed (1). */
  reruns?: number
  /** How their results are read (`auto`). */
  report?: string
  /** Minutes that one run of the tests may take (10). */
  minutes?: number
}

/** Evidence, never from the proposer. */
export const verify = { tests, command, schema, rules, citations, judge, panel, review, all, any }

/** Runs the tests of exactly the patch's commit. The base is run first, once: a test that is missing or skipped since then objects like one that fails. */
async function tests({
  workspace,
  patch,
  command,
  minutes = 10,
  reruns = 1,
  report: reading = 'auto',
  ...allowed
}: TestVerification): Promise<Verdict> {
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
        ...(reading === 'auto' ? {} : { report: reading }),
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

function noTests(run: string, command: string, format: TestReport['format']) {
  const message = `\`${command}\` ran no test (${format}), so nothing could be verified.`
  return failure('NoTests', message, { run, effect: 'no', next: 'Name the command that runs the tests with --test.' })
}
