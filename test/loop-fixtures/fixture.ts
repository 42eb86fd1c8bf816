import { type WorkflowName } from '../../contract/declarations.ts'
import { type Reply, type ScriptedRequest } from '../../testing/index.ts'

/** What a model does in one run. It is made anew for every run, so that it may count. */
export type Behaviour = () => (request: ScriptedRequest) => Reply

/**
 * What a workflow may lack: `loop`: attempts at all; `best`: an output that its best attempt fits; `feedback`: a proposer that reads objections; `fallback`: that
 * input; `agent`: turns that steering reaches.
 */
export type Property = 'loop' | 'best' | 'feedback' | 'fallback' | 'agent'

/** What the contract suite needs of a workflow. */
export interface LoopFixture {
  name: WorkflowName
  /** The input without models and limits; `models` are put in under each of `roles`. */
  input(): object
  /** Plays every role and ends accepted. */
  accepts: Behaviour
  /** Never satisfies the verifier, and brings no progress; for a workflow without a loop the same as `accepts`. */
  never: Behaviour
  /** Of three attempts the second is the best. */
  wavers?: Behaviour
  /** What the proposer is told after an attempt of `never`, and not before. */
  objection?: RegExp
  /** The cap that its spending is held to (6,000), where what it asks takes more than half of that. */
  tokens?: number
  /** The same objection in three attempts in a row stops it, before a fallback could be walked to its end. */
  blocks?: true
  /** Each of its runs takes a repository, commands and tests: it is tried with the hardest seam only. */
  slow?: true
  /** Stages that judge what another one made: reviewers by their names, in order. */
  judges?: string[]
  /** What it lacks, and why that is right. */
  lacks: Partial<Record<Property, string>>
}

/** What a workflow of fixed steps lacks. */
export const withoutLoop = {
  loop: 'it has fixed steps, and nothing is proposed twice',
  fallback: 'there is no loop that could stop',
  agent: 'its stages are single questions',
} as const
