import { createPreflight } from '../activities/preflight/index.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { type Sandbox } from '../activities/sandbox/sandbox.ts'
import { type Limits } from '../contract/limits.ts'
import { type ModelFacts } from '../contract/models.ts'
import { folderStore } from '../store/folder.ts'
import { join } from 'node:path'
import { type Baseline, baselineOf } from './baseline.ts'
import { type Problem, problemOf } from './problem.ts'

/** What is asked before a run is started. */
export interface DryRunCall {
  workflow: string
  /** Checked against its declaration. */
  input: { [key: string]: unknown; limits: Limits; confined?: boolean | undefined; setup?: string | undefined; report?: string | undefined }
  /** Every model that the run may use. */
  models: string[]
  stateFolder: string
  environment: Record<string, string | undefined>
  /** Ends the tests. */
  signal?: AbortSignal
}

/** What a run would find before its first attempt; nothing was spent, started or changed. */
export interface DryRun {
  /** What is known of each model, or why the run would be refused. */
  models: Record<string, ModelFacts> | Problem
  sandbox: Pick<Sandbox, 'level' | 'why' | 'remedy'>
  /** Absent where the input names no repository and test command. */
  baseline?: Baseline | Problem
}

/** As many minutes as a run gives its tests. */
const testMinutes = 10

/** Does what a run does before its first attempt: preflight and the tests as they are. No server and no model is asked. */
export async function dryRun({ workflow, input, models, stateFolder, environment, signal }: DryRunCall): Promise<DryRun> {
  const sandbox = await openSandbox(environment)
  const world = { store: folderStore(join(stateFolder, 'artifacts')), stateFolder, environment, searchAttributes: [], sandbox }
  const { dollars } = input.limits
  const preflight = createPreflight(world)({ run: 'dry-run', workflow, models, dollars, confined: input.confined === true })
  const facts = await preflight.then((found) => found.models).catch(problemOf)
  const { repo, test, setup, report } = input
  const { level, why, remedy } = sandbox
  return {
    models: facts,
    sandbox: { level, ...(why === undefined ? {} : { why }), ...(remedy === undefined ? {} : { remedy }) },
    ...(typeof repo === 'string' && typeof test === 'string'
      ? {
          baseline: await baselineOf(
            { repo, test, setup, report, minutes: Math.min(testMinutes, input.limits.minutes), ...(signal ? { signal } : {}) },
            world,
          ),
        }
      : {}),
  }
}
