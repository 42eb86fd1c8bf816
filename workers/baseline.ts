import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { refuseUnrunnable } from '../activities/tests/refusal.ts'
import { runTestCommand, type TestRun } from '../activities/tests/run.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { openWorkspace } from '../activities/workspace/open.ts'
import { dependenciesOf } from '../activities/workspace/set-up.ts'
import { type World } from '../activities/world.ts'
import { type Check } from '../contract/checks.ts'
import { splitCommand } from '../contract/command.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { folderStore } from '../store/folder.ts'
import { type Problem, problemOf } from './problem.ts'

/** What the tests of a repository say before anything is changed. */
export interface Baseline {
  /** The commit that was looked at. */
  commit: string
  exitCode: number | null
  timedOut: boolean
  format: TestRun['format']
  passed: number
  skipped: number
  /** The names of the tests that fail. */
  failed: string[]
  milliseconds: number
}

/** What the baseline is taken of; `signal` ends the tests. */
export interface BaselineCall {
  repo: string
  test: string
  setup?: string | undefined
  /** How the results of the tests are read. */
  report?: string | undefined
  minutes: number
  signal?: AbortSignal
}

/** Runs the tests of a repository's commit as the first step of a run would, in a copy that is gone afterwards; repository and state folder stay as they are. */
export async function baselineOf(
  call: BaselineCall,
  { environment, sandbox }: Pick<World, 'environment' | 'sandbox'>,
): Promise<Baseline | Problem> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'loopwright-dry-run-'))
  const store = folderStore(join(stateFolder, 'artifacts'))
  try {
    return await run({ store, stateFolder, environment, searchAttributes: [], sandbox }, call)
  } catch (error) {
    return problemOf(error)
  } finally {
    await rm(stateFolder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function run(world: World, { repo, test, setup, report, minutes, signal }: BaselineCall): Promise<Baseline> {
  const argv = splitCommand(test)
  const { key, source, base, pack } = await openWorkspace(world, repo, 'dry-run', signal)
  const workspace: WorkspaceAt = { key, source, base, commit: base, pack, ...(setup ? { setup: splitCommand(setup) } : {}) }
  const inCheckout = async (folder: string) =>
    runTestCommand({
      ...{ argv, folder, worker: world.environment, minutes, sandbox: world.sandbox, ...(signal ? { signal } : {}) },
      ...(report === undefined ? {} : { report }),
      dependencies: await dependenciesOf(world, workspace, folder),
    })
  const ran = await withCheckout(world, workspace, 'test', inCheckout, signal)
  refuseUnrunnable({ run: 'dry-run', stage: 'base-tests', workspace, command: argv, minutes }, ran)
  const { exitCode, timedOut, format, checks, milliseconds } = ran
  const named = (status: Check['status']) => checks.filter((check) => check.status === status).map(({ name }) => name)
  return {
    commit: base,
    exitCode,
    timedOut,
    format,
    passed: named('passed').length,
    skipped: named('skipped').length,
    failed: named('failed'),
    milliseconds,
  }
}
