import { splitCommand } from '../../contract/command.ts'
import { digest } from '../../contract/digest.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { mayGrant } from '../../contract/policy/decide.ts'
import { builtinTools, workspaceTools } from '../../contract/tools.ts'
import { type OpenedWorkspace, type Patch, type SetUp, type Tool, type WorkspaceAt } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { messageOf, type Verified } from './delivery.ts'
import { failure } from './failure.ts'
import { policiesOf } from './pinned.ts'
import { structured } from './recall.ts'
import { road } from './road.ts'
import { currentRun, type Run } from './run.ts'

/** A copy of a repository that agents work in; the repository itself is never written to. */
export interface Workspace {
  /** Path of the stage that opened it; its tools name it. */
  path: string
  /** argv of its tests. */
  test: string[]
  tools: Tool[]
  /** What the workspace holds now, as a patch. */
  patch(): Promise<Patch>
  /** Brings an accepted patch into the repository as a branch with one commit, named for the goal; any other outcome passes through. */
  deliver(outcome: Outcome<Patch>, about: { goal: string }): Promise<Outcome<Patch>>
}

/** Where a workspace stands: a commit and what restores it. */
type Step = Pick<WorkspaceAt, 'commit' | 'pack'>

/** What the roads know about an open workspace. */
interface Known {
  opened: OpenedWorkspace
  test: string[]
  setup: string[] | undefined
  allowRun: boolean
  /** A mutating tool is at work: they run one at a time. */
  busy: boolean
}

// Module state is each execution's own; it is filled again by the same calls after a seam.
const workspaces = new Map<string, Known>()

/**
 * Opens a repository at its HEAD commit, and installs its dependencies if `setup` names how. Refused in words: no repository, no commit, uncommitted
 * changes, a command that needs a shell, a `setup` that fails.
 */
export async function openWorkspace(
  repo: string,
  { test, setup, allowRun = false }: { test: string; setup?: string | undefined; allowRun?: boolean },
): Promise<Workspace> {
  const run = currentRun()
  const argv = commandOf('test', test)
  const setupArgv = setup === undefined ? undefined : commandOf('setup', setup)
  const text = `opening ${repo}`
  const opened = await road({ name: 'workspace', kind: 'tool', text, call: { repo, test, allowRun } }, async (stage) => {
    const key = `${run.id.replaceAll(/[^\w.-]/g, '_').slice(0, 80)}-${digest([run.id, stage]).slice(0, 8)}`
    const answer = await activities(stage, { summary: text }).openWorkspace({ run: run.id, stage, repo, key })
    return { ...answer, stage }
  })
  const path = opened.stage
  run.state[path] ??= structured({ commit: opened.base, pack: opened.pack })
  workspaces.set(path, { opened, test: argv, setup: setupArgv, allowRun, busy: false })
  if (setupArgv) await install(path, setupArgv)
  return {
    path,
    test: argv,
    tools: workspaceTools({ allowRun: allowRun || mayRun(run), path }),
    patch: () => patchOf(path),
    deliver: (outcome, { goal }) => deliver(path, outcome, goal),
  }
}

/** Whether a policy lets commands be run that the input says nothing about; which ones, it says call by call. */
function mayRun(run: Run): boolean {
  const tool = { name: 'run', class: builtinTools.run.class, workspace: 'any' }
  return mayGrant(policiesOf(run), tool)
}

const setupMinutes = 15

function install(path: string, setup: string[]): Promise<SetUp> {
  const text = `installing dependencies: ${setup.join(' ')}`
  return road({ name: 'setup', kind: 'tool', text, call: { workspace: path, setup } }, (stage) => {
    const call = { run: currentRun().id, stage, workspace: workspaceAt(path).at, minutes: setupMinutes }
    return activities(stage, { summary: text, minutes: setupMinutes }).setUp(call)
  })
}

/** What is known about the workspace that was opened at a path. */
export function workspaceAt(path: string): { known: Known; at: WorkspaceAt } {
  const known = workspaces.get(path)
  if (!known)
    throw failure('WorkspaceLost', `No workspace is open at ${path}.`, {
      stage: path,
      effect: 'no',
      next: 'Open it with openWorkspace before using its tools.',
    })
  const { key, source, base } = known.opened
  const { commit, pack } = currentRun().state[path] as unknown as Step
  const { setup } = known
  return { known, at: { key, source, base, commit, pack, ...(setup ? { setup } : {}) } }
}

/** Moves a workspace to another commit of its own: after a step, or back to the best. */
export function moveWorkspace(path: string, { commit, pack }: Step): void {
  currentRun().state[path] = structured({ commit, pack })
}

function patchOf(path: string): Promise<Patch> {
  return road({ name: 'patch', kind: 'tool', text: 'taking the patch', call: { workspace: path } }, (stage) =>
    activities(stage).makePatch({ run: currentRun().id, stage, workspace: workspaceAt(path).at }),
  )
}

/** Keeps what the tests said of a commit, for the message of the delivered one. */
export function noteVerified(path: string, verified: Verified): void {
  currentRun().state[`verified:${path}`] = structured(verified)
}

async function deliver(path: string, outcome: Outcome<Patch>, goal: string): Promise<Outcome<Patch>> {
  const { value } = outcome
  if (outcome.status !== 'accepted' || !value || value.commit === value.base) return outcome
  const call = { workspace: path, commit: value.commit }
  const { id: run, startedAt, state } = currentRun()
  const verified = state[`verified:${path}`] as unknown as Verified | undefined
  const message = messageOf({ run, goal, outcome, commit: value.commit, verified })
  const delivered = await road({ name: 'deliver', kind: 'tool', text: 'creating the branch', call, afterStop: true }, (stage) => {
    const workspace = { ...workspaceAt(path).at, commit: value.commit, pack: value.pack }
    return activities(stage).deliverPatch({ run, stage, workspace, message, at: startedAt })
  })
  const why = 'undelivered' in delivered ? `${outcome.why} ${delivered.undelivered}` : outcome.why
  return { ...outcome, why, value: { ...value, ...delivered } }
}

/** A command as argv; one that needs a shell is a failure that names which command it was. */
export function commandOf(name: 'test' | 'setup' | 'command', command: string): string[] {
  try {
    return splitCommand(command)
  } catch (error) {
    throw failure('CommandRefused', error instanceof Error ? error.message : String(error), {
      effect: 'no',
      next: name === 'command' ? 'Correct the command, then start again.' : `Correct the ${name} command, then start again.`,
    })
  }
}
