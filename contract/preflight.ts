import { type Hold } from './holds.ts'
import { type ModelFacts } from './models.ts'
import type { PinnedPolicy } from './policy/approval.ts'
import { type Json } from './json.ts'
import { type Tool } from './workspace.ts'

export interface PreflightCall {
  run: string
  workflow: string
  models: string[]
  dollars: number | 'none'
  /** Whether the run is refused where commands can't be confined. */
  confined?: boolean
  /** Whose run it is, if that was said. */
  tenant?: string
  /** A policy that whoever starts the run adds; it can only tighten. */
  policy?: Json
}

/** What was found out before the first stage; it is carried, and stands in the history. */
export interface Preflight {
  models: Record<string, ModelFacts>
  /** Which of ours the server has registered. */
  searchAttributes: string[]
  /** What confines commands: `bubblewrap`, or `none`. */
  sandbox: string
  /** The tools of one's own that the worker registered. */
  tools?: Tool[]
  /** Whether this worker tells people of questions. */
  notify?: true
  /** What was held already when the run began, as far as it can be about this run. */
  holds?: Hold[]
  /** Absent where nobody has written a policy: then the built-in one holds. */
  policy?: PinnedPolicy
}

/** The Keyword search attributes that the worker registers. */
export const searchAttributes = ['LoopwrightStatus', 'LoopwrightWaitingFor', 'LoopwrightTenant', 'LoopwrightReason'] as const
