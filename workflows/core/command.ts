import { type CommandCall, type CommandReport, type Files, notFailed, notSucceeded } from '../../contract/command-verdict.ts'
import { type Patch } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'
import { verdictOn, type Verifier } from './verifiers.ts'
import { commandOf, workspaceAt, type Workspace } from './workspace.ts'

/** A command that says whether a candidate is good. */
export interface Commanding {
  /** Program and arguments; what needs a shell is refused before anything runs. */
  command: string
  /** Minutes it may take (2). */
  minutes?: number
  /** Accepts what fails in place of what succeeds: tests that must not pass without the answer. */
  fails?: boolean
  name?: string
}

/** Of a patch: runs in a clean checkout of its commit. */
export function command(options: Commanding & { workspace: Workspace }): Verifier<Patch>
/** Of anything else: runs in a folder of its own that has nothing but these files of the candidate. */
export function command<T>(options: Commanding & { files(candidate: T): Files }): Verifier<T>
export function command<T>(options: Commanding & { workspace?: Workspace; files?(candidate: T): Files }): Verifier<T> {
  const { command: text, minutes = 2, fails = false, name = 'command', workspace, files } = options
  const argv = commandOf('command', text)
  return async (candidate) => {
    const place = workspace ? atCommit(workspace, candidate as Patch) : { files: files?.(candidate) ?? {} }
    const report = await road<CommandReport>(
      { name, kind: 'verify', text: `running ${text}`, call: { argv, minutes, ...place } },
      (stage) =>
        activities(stage, { summary: `run ${text}`, minutes }).runCommand({
          run: currentRun().id,
          stage,
          command: argv,
          minutes,
          ...place,
        }),
    )
    return { ...verdictOn(candidate, fails ? notFailed(report) : notSucceeded(report)), evidence: [report.output] }
  }
}

function atCommit({ path }: Workspace, { commit, pack }: Patch): Pick<CommandCall, 'workspace'> {
  return { workspace: { ...workspaceAt(path).at, commit, pack } }
}
