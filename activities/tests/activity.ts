import { Context } from '@temporalio/activity'
import { z } from 'zod'
import { Check, type TestCall, type TestReport } from '../../contract/checks.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { failure } from '../failure.ts'
import { dependenciesOf } from '../workspace/places.ts'
import { type World } from '../world.ts'
import { compare } from './compare.ts'
import { protectedChangesOf } from './facts.ts'
import { type History } from './protected.ts'
import { fitReport } from './report.ts'
import { commandName, runTestCommand, type TestRun } from './run.ts'

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
}

/** Makes the runTests activity: the tests of a commit in a clean checkout of it, compared with the baseline. */
export function createRunTests(world: World, workspaces: TestWorkspaces): (call: TestCall) => Promise<TestReport> {
  return async (call) => {
    const baseline = call.baseline && z.array(Check).parse(JSON.parse(await world.store.text(call.baseline.sha256)))
    const protectedChanges = await protectedChangesOf(world, workspaces, call, baseline ?? [])
    const run = await withHeartbeats((beat) => runInCheckout(world, workspaces, call, beat))
    // A cancelled activity has no result; this throws what Temporal cancelled it with.
    if (run.ended === 'cancelled') await Context.current().cancelled
    if (!baseline) refuseUnrunnable(call, run)
    const { missing, newlySkipped, unskipped } = compare(baseline ?? [], run.checks, commandName(call.command))
    const count = (status: Check['status']) => run.checks.filter((check) => check.status === status).length
    return fitReport({
      exitCode: run.exitCode,
      timedOut: run.timedOut,
      format: run.format,
      counts: { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), missing: missing.length, unskipped },
      failed: run.checks.filter((check) => check.status === 'failed'),
      missing,
      newlySkipped,
      protectedChanges,
      report: await world.store.put(JSON.stringify(run.checks)),
      output: await world.store.put(run.output),
      tail: run.tail,
      milliseconds: run.milliseconds,
      sandbox: run.sandbox,
    })
  }
}

function runInCheckout(world: World, { withCheckout }: TestWorkspaces, call: TestCall, onTail: (tail: string) => void): Promise<TestRun> {
  const signal = Context.current().cancellationSignal
  const run = async (folder: string) =>
    runTestCommand({
      ...{ argv: call.command, folder, worker: world.environment, minutes: call.minutes, signal, onTail, sandbox: world.sandbox },
      dependencies: await dependenciesOf(world, call.workspace, folder),
    })
  return withCheckout(world, call.workspace, 'test', run, signal)
}

/** Heartbeats every second with the last tail that the work told, also while it waits for a checkout. */
async function withHeartbeats<Result>(work: (tell: (tail: string) => void) => Promise<Result>): Promise<Result> {
  const context = Context.current()
  let last = ''
  const timer = setInterval(() => context.heartbeat({ tail: last }), heartbeatMilliseconds)
  context.heartbeat({ tail: last })
  try {
    return await work((tail) => (last = tail))
  } finally {
    clearInterval(timer)
  }
}

/** A command that cannot be run at the baseline cannot be repaired; later the candidate broke it, and the report rejects that. */
function refuseUnrunnable(call: TestCall, run: TestRun): void {
  const name = commandName(call.command)
  const detail = { run: call.run, stage: call.stage, effect: 'no' } as const
  if (run.ended === 'not found')
    throw failure(
      'CommandRefused',
      `The test command \`${name}\` cannot be run: \`${call.command[0]}\` was not found or is not executable. Nothing was changed.`,
      {
        ...detail,
        next: 'Install the program or name another test command, then start again.',
      },
    )
  const missing = run.exitCode === 0 ? undefined : missingPart(run.tail)
  if (missing !== undefined && run.checks.every((check) => check.name === name))
    throw failure('CommandRefused', `The test command \`${name}\` cannot be run: ${missing}. Nothing was changed.`, {
      ...detail,
      next: 'Install what is missing or name another test command, then start again.',
    })
  if (run.exitCode === 127 && run.checks.every((check) => check.name === name))
    throw failure(
      'CommandRefused',
      `The test command \`${name}\` calls a program that was not found: ${lastLine(run.tail)}. Nothing was changed.`,
      {
        ...detail,
        next: 'Install the dependencies of the repository, then start again.',
      },
    )
}

/** What the program that was named first says it cannot find: a script of the package, or the module that python is to run. */
function missingPart(tail: string): string | undefined {
  const script = /^(?:npm (?:ERR!|error) |\s?ERR_PNPM_NO_SCRIPT\s+|error: )?Missing script:? "?([^"\n]+?)"?$/m.exec(tail)?.[1]
  if (script !== undefined) return `package.json has no script ${script}`
  const module = /^\S*python[\d.]*: (No module named \S+)$/m.exec(tail)?.[1]
  return module === undefined ? undefined : `python says: ${module}`
}

/** The line of a shell that names the missing program, among what package managers print around it. */
function lastLine(tail: string): string {
  const lines = tail.split('\n').filter((line) => line.trim() !== '')
  return (lines.findLast((line) => line.includes('not found')) ?? lines.at(-1) ?? 'it printed nothing').trim().slice(0, 300)
}
