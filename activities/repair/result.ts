import { type Check } from '../../contract/checks.ts'
import { type SearchState } from './resume.ts'

/** Runs a test command in a folder and reports on each test; `runTestCommand` is one. */
export type RunTests = (call: {
  folder: string
  argv: string[]
  /** Variables on top of the runner's own; NODE_OPTIONS and PYTHONPATH are added to what is there. */
  environment?: Record<string, string>
  /** Paths outside the folder that the command may read, and write. */
  readable?: string[]
  writable?: string[]
  minutes: number
  signal?: AbortSignal
}) => Promise<{ exitCode: number | null; checks: Check[]; milliseconds: number }>

/** Runs any program where tests would run, confined like them. */
export type RunProgram = (
  argv: string[],
  call: Omit<Parameters<RunTests>[0], 'argv'> & { onOutput: (chunk: Buffer) => void },
) => Promise<{ exitCode: number | null }>

/** A replacement of one stretch of one file; offsets count UTF-16 units. */
export interface Edit {
  /** Relative to the folder. */
  file: string
  start: number
  end: number
  text: string
  /** What kind of edit it is, in a few words. */
  operator: string
  /** How likely this kind of edit is to be the right one, between 0 and 1. */
  weight: number
}

/** An edit as people read it. */
export interface AppliedEdit {
  file: string
  line: number
  before: string
  after: string
  operator: string
}

/** How far a search is. */
export interface RepairProgress {
  tried: number
  of: number
  /** The best edit so far, in words. */
  best: string | undefined
  /** With this a later call goes on where this one is. */
  state: SearchState | undefined
}

/** What a search for a repair asks for. */
export interface RepairCall {
  /** Absolute path; written to only when an edit was found. */
  folder: string
  /** The test command, split. */
  argv: string[]
  /** How long to search. Default 10. */
  minutes?: number
  /** How many edits to try at most. Default 2,000. */
  candidates?: number
  /** Ends the search; the call then rejects with the signal's reason and the folder is untouched. */
  signal?: AbortSignal
  /** How far a call came that was broken off; the same candidates are not tried again. */
  resume?: SearchState
  onProgress?: (progress: RepairProgress) => void
  runTests: RunTests
  /** Makes the search many times faster where tests can be run without starting the framework for each edit. */
  runProgram?: RunProgram
}

/** What a search for a repair came to. With `all` and `some` the edits stand in the folder, otherwise it is untouched. */
export interface RepairResult {
  found: 'all' | 'some' | 'none'
  edits: AppliedEdit[]
  candidatesTried: number
  failingBefore: string[]
  failingAfter: string[]
  milliseconds: number
  /** The result in a few lines for people. */
  text: string
}
