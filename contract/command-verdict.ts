import { type Check, type TestFormat } from './checks.ts'
import { type Ref } from './json.ts'
import { type Objection } from './verdict.ts'
import { type WorkspaceAt } from './workspace.ts'

/** Files as texts, by path. */
export type Files = { [path: string]: string }

/** A command, as the activity receives it: run in a clean checkout of the workspace's commit, else in a folder with nothing in it but these files. */
export interface CommandCall {
  run: string
  stage: string
  /** argv, already split. */
  command: string[]
  minutes: number
  workspace?: WorkspaceAt
  files?: Files
}

/** How a command ended. */
export interface CommandReport {
  /** Null when it did not end by itself. */
  exitCode: number | null
  /** What ended it then. */
  ended?: 'timeout' | 'output' | 'memory' | 'processes' | 'cancelled' | 'not found'
  /** How its results were read; `exit code` where it is no test framework. */
  format: TestFormat
  /** How many tests it ran; without a framework the command itself counts as one. */
  ran: number
  /** The first 20 that failed, the command itself where it is not its tests that did. */
  failed: Check[]
  /** At most 2,000 characters. */
  tail: string
  output: Ref
  milliseconds: number
  sandbox: string
}

/** What is wrong when a command should succeed: it must end by itself, with 0, and if it is a test framework, have run a test. */
export function notSucceeded({ exitCode, ran, failed, tail }: CommandReport): Objection[] {
  if (failed.length > 0) return failed.map(({ name, message }) => ({ id: name, text: message ?? tail }))
  if (exitCode !== 0) return [{ id: 'exit code', text: `It ended with ${exitCode ?? 'a signal'}:\n${tail}` }]
  return ran === 0 ? [{ id: 'no tests', text: `It ran no test:\n${tail}` }] : []
}

/** What is wrong when a command should fail: it must be found and end by itself, with another exit code than 0, or it has shown nothing. */
export function notFailed({ exitCode, ended, ran, tail }: CommandReport): Objection[] {
  if (ended !== undefined || exitCode === null || exitCode === 126 || exitCode === 127)
    return [{ id: 'not run', text: `It did not end by itself (${ended ?? exitCode ?? 'a signal'}), which shows nothing:\n${tail}` }]
  if (ran === 0) return [{ id: 'no tests', text: `It ran no test, which shows nothing:\n${tail}` }]
  return exitCode === 0 ? [{ id: 'succeeds', text: `It should fail here, and succeeds:\n${tail}` }] : []
}
