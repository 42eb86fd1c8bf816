import { Context } from '@temporalio/activity'
import { z } from 'zod'
import { Check, type TestCall, type TestReport } from '../../contract/checks.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { failure } from '../failure.ts'
import { type Tell } from '../tail.ts'
import { dependenciesOf } from '../workspace/set-up.ts'
import { type World } from '../world.ts'
import { compare } from './compare.ts'
import { changesOf } from './facts.ts'
import { settle } from './flaky.ts'
import { besideBaseline } from './known.ts'
import { type History, type ProtectedChange } from './protected.ts'
import { refuseUnrunnable } from './refusal.ts'
import { fitReport } from './report.ts'
import { isSigned } from './reporter.ts'
import { runsOf } from './reruns.ts'
import { commandName, runTestCommand, type TestRun } from './run.ts'
import { signsOf } from './signs.ts'

const heartbeatMilliseconds = 1_000

/** Gives a clean checkout of `workspace.commit` for as long as `use` runs. */
export type WithCheckout = <Result>(
  world: World,
  workspace: WorkspaceAt,
  purpose: 'test',
  use: (folder: string) => Promise<Result>,
  signal?: AbortSignal,
) => Promise<Result>

/** What the runTests activity needs of workspaces. */
export interface TestWorkspaces extends History {
  withCheckout: WithCheckout
  /** Makes changed files of a checkout what they are at the base. */
  restoreFiles(world: World, workspace: WorkspaceAt, folder: string, changes: ProtectedChange[]): Promise<void>
}

/**
 * Makes the runTests activity: the tests of a commit in a clean checkout of it, compared with the baseline. What tests depend on is as at the base, so that
 * no edit of it is progress; where the result decides, the command runs again.
 */
export function createRunTests(world: World, workspaces: TestWorkspaces): (call: TestCall) => Promise<TestReport> {
  return async (call) => {
    const baseline = call.baseline && z.array(Check).parse(JSON.parse(await world.store.text(call.baseline.sha256)))
    // With heartbeats: a workspace may have to be restored first.
    const { protectedChanges, product } = await withHeartbeats(() => changesOf(world, workspaces, call, baseline ?? []))
    const restored = call.allowTestChanges ? [] : protectedChanges
    const once = (minutes: number) => withHeartbeats((beat) => runInCheckout(world, workspaces, { ...call, minutes }, restored, beat))
    const runs = await runsOf(call, baseline, restored.length > 0, async (minutes) => {
      const run = await once(minutes).catch((error: unknown) => notRun(call, error))
      // A cancelled activity has no result; this throws what Temporal cancelled it with.
      if (run.ended === 'cancelled') await Context.current().cancelled
      if (!baseline) refuseUnrunnable(call, run)
      return { ...run, checks: besideBaseline(run.checks, baseline) }
    })
    const tampering = signsOf(product, baseline ?? [], runs[0]?.format ?? 'exit code')
    return fitReport({ ...(await reportOf(world, call, runs, baseline)), protectedChanges, tampering })
  }
}

async function reportOf(world: World, call: TestCall, runs: TestRun[], baseline: Check[] | undefined) {
  const { checks, excused } = settle(
    runs.map((run) => run.checks),
    baseline,
  )
  const { missing, newlySkipped, unskipped } = compare(baseline ?? [], checks, commandName(call.command))
  const failed = checks.filter(({ status, name }) => status === 'failed' && !excused.includes(name))
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length
  const run = runs.find(({ exitCode }) => exitCode !== 0) ?? runs[0]!
  // A report that could be forged excuses no exit code.
  const believed = isSigned(run.format) || runs.some(({ exitCode }) => exitCode === 0)
  const onlyExcused = believed && failed.length === 0 && excused.length > 0 && run.checks.some(({ name }) => excused.includes(name))
  return {
    exitCode: onlyExcused ? 0 : run.exitCode,
    timedOut: run.timedOut,
    format: run.format,
    counts: { passed: count('passed'), failed: failed.length, skipped: count('skipped'), missing: missing.length, unskipped },
    failed,
    missing,
    newlySkipped,
    flaky: excused,
    runs: runs.length,
    report: await world.store.put(JSON.stringify(checks)),
    output: await world.store.put(run.output),
    tail: run.tail,
    milliseconds: run.milliseconds,
    sandbox: run.sandbox,
  }
}

function runInCheckout(
  world: World,
  workspaces: TestWorkspaces,
  call: TestCall,
  restored: ProtectedChange[],
  onTail: Tell,
): Promise<TestRun> {
  const signal = Context.current().cancellationSignal
  const run = async (folder: string) => {
    await workspaces.restoreFiles(world, call.workspace, folder, restored)
    return runTestCommand({
      ...{ argv: call.command, folder, worker: world.environment, minutes: call.minutes, signal, onTail, sandbox: world.sandbox },
      ...(call.report === undefined ? {} : { report: call.report }),
      dependencies: await dependenciesOf(world, call.workspace, folder),
    })
  }
  return workspaces.withCheckout(world, call.workspace, 'test', run, signal)
}

/** Heartbeats every second with the last tail that the work told, also while it waits for a checkout. */
async function withHeartbeats<Result>(work: (tell: Tell) => Promise<Result>): Promise<Result> {
  const context = Context.current()
  let last: { tail: string; bytes?: number } = { tail: '' }
  const timer = setInterval(() => context.heartbeat(last), heartbeatMilliseconds)
  context.heartbeat(last)
  try {
    return await work((tail, bytes) => (last = { tail, ...(bytes === undefined ? {} : { bytes }) }))
  } finally {
    clearInterval(timer)
  }
}

const mostTries = 3

/** An error that isn't the tests': a missing file stays missing, and anything else is tried a few times. */
function notRun(call: TestCall, error: unknown): never {
  const known = error instanceof Error ? error : new Error(String(error))
  const passing = known.name === 'ApplicationFailure' || known.name === 'AbortError' || Context.current().cancellationSignal.aborted
  const missing = 'code' in known && known.code === 'ENOENT'
  if (passing || (!missing && Context.current().info.attempt < mostTries)) throw error
  throw failure(
    'TestsNotRun',
    `The test command \`${commandName(call.command)}\` could not be started: ${known.message}. Nothing was changed.`,
    {
      run: call.run,
      stage: call.stage,
      effect: 'no',
      next: 'Install Loopwright again if a file of its own is missing; otherwise look at the worker.',
    },
    known,
  )
}
