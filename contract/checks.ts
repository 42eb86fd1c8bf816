import { z } from 'zod'
import { type Ref } from './json.ts'

/** One test, or one other thing that a test command reports on. */
export const Check = z.strictObject({
  /** Stable between runs: file (relative to the workspace), then the titles, joined by ` > `. */
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  file: z.string().optional(),
  line: z.int().optional(),
  message: z.string().optional(),
  /** How many assertions the test made, where its framework counts them. */
  assertions: z.int().optional(),
  /** It passed in one run and failed in another run of the same commit. */
  flaky: z.literal(true).optional(),
})
export type Check = z.infer<typeof Check>

/** Runners whose results are signed inside of them; what tests themselves can print or write decides nothing there. */
export const signedFormats = ['jest', 'node', 'pytest', 'unittest'] as const
/** Whose results were read; of those that are not signed the exit code decides too. */
export type TestFormat = (typeof signedFormats)[number] | 'vitest' | 'mocha' | 'go' | 'cargo' | 'tap' | 'junit' | 'exit code'

/** What a test run showed; lists are cut at 50 entries and messages at 1,000 characters, the whole is in `report`. */
export interface TestReport {
  /** Null when the command was ended by a signal or the time limit; 0 when nothing but flaky tests that are not counted failed. */
  exitCode: number | null
  timedOut: boolean
  /** Which output was understood; `exit code` when there are no results per test. */
  format: TestFormat
  /** Whole numbers, also of what the lists cut; `unskipped`: skipped in the baseline, and ran now. */
  counts: { passed: number; failed: number; skipped: number; missing: number; unskipped: number }
  failed: Check[]
  /** Names of tests that the baseline has and this run has not. */
  missing: string[]
  /** Names of tests that ran in the baseline and are skipped now. */
  newlySkipped: string[]
  /** Files that tests depend on and that differ from the base: changed, deleted, renamed, or new configuration. */
  protectedChanges: { path: string; change: 'changed' | 'deleted' | 'added'; why: string }[]
  /** Lines by which a change of the product newly reaches into the test runner, or asks whether it is being tested. */
  tampering?: { path: string; line: number; why: string }[]
  /** Names of tests that passed in one run and failed in another of the same commit, and are not counted. */
  flaky?: string[]
  /** How often the command was run. */
  runs?: number
  /** JSON: every Check. */
  report: Ref
  /** Everything the command printed, up to 20 MB. */
  output: Ref
  /** The last lines of the output, for people and for the exit-code-only objection, at most 2,000 characters. */
  tail: string
  milliseconds: number
  /** What confined the command: `bubblewrap`, or `none`. */
  sandbox: string
}

/** A test run, as the activity receives it. */
export interface TestCall {
  run: string
  stage: string
  workspace: import('./workspace.ts').WorkspaceAt
  /** argv, already split. */
  command: string[]
  /** The baseline's `report`, once there is one. */
  baseline?: Ref
  minutes: number
  /** Judge the tests as the candidate left them; otherwise what tests depend on is put back to the base before they run. */
  allowTestChanges?: boolean
  /** How its results are read: `auto` (the default), `exit code`, `tap`, `go`, `cargo`, or `junit:` and the path of the file. */
  report?: string
  /** How often the command may be run again before its result is believed (0). */
  reruns?: number
}
