import { type Reported } from '../reporter.ts'

/** What a report of a runner says. */
export interface Parsed {
  results: Reported
  /** Why the report can't be believed, as a sentence: it is cut off, malformed, or contradicts itself. */
  problem?: string
  /** The text that a report holds in place of what was printed. */
  printed?: string
}

export type Result = Reported[number]
