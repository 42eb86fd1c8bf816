import { type Ability } from './abilities.ts'
import { type Asked } from './gates.ts'
import { type Hold } from './holds.ts'
import { type Json, type Ref } from './json.ts'
import { type Extension, type Limits } from './limits.ts'
import { type Line, type Message, type MessageAnswer } from './messages.ts'
import { type Best, type StopReason } from './outcome.ts'
import { type Used } from './policy/call.ts'
import { type Preflight } from './preflight.ts'
import { type Receipt, type ToolTag } from './workspace.ts'
import { type OutputForm } from './structured.ts'

/** What one account of the ledger has used; reservations in flight are not carried, because nothing is in flight at a seam. */
export interface Account {
  tokens: number
  microDollars: number
}

/** What a run that begins below another one is told of it, for its policies. */
export interface Inherited {
  read?: ToolTag[]
  used?: Record<string, Used>
}

/** Tries and cost of one model, as the ledger saw them. */
export interface ModelRecord extends Account {
  tries: number
  /** Calls whose reply never came: charged whole. */
  lost: number
  failed: number
  /** Set once it has replied: from then on a refused key is one that has turned bad. */
  answered?: true
  /** Set when a reply was larger than the provider was told to make it. */
  overshot?: true
  /** The way of asking for JSON that it understood last. */
  form?: OutputForm
  /** What its server refused, and is asked without. */
  lacks?: Ability[]
}

/** A decision that a gate took, for the certificate. */
export interface DecisionRecord {
  gate: string
  digest: string
  answer: string
  /** What came with a yes that brought more; long ones are known by the history only. */
  value?: Json
  by: string
  /** Whether a grant proved it. */
  verified?: true
  note?: string
  at: number
  /** Since when the question was open. */
  since?: number
  question?: string
  /** What was asked for, at a gate that asks for more than agreement; `digest` covers it, too. */
  asked?: Asked
  /** What the answer is about, where it is short; `digest` covers the question and this. */
  shown?: Json
}

/** What a run hands to its next execution, as the second argument of the workflow. Plain JSON, and everything that decides. */
export interface Carried {
  continued: number
  /** Of a run that begins below another one: what that had read, and done by rules with limits. */
  inherited?: Inherited
  /** How many runs stand above it: a child of a run that somebody started has 1. */
  depth?: number
  startedAt: number
  workedMilliseconds: number
  limits: Limits
  raised: Extension
  account: Account
  /** What open shares of the budget have spent, by the path of their group. */
  shares: Record<string, Account>
  attempts: number
  preflight: Preflight
  paused: boolean
  /** Paths of stages that are paused, if any. */
  pausedStages?: string[]
  /** What is held, if anything. */
  holds?: Hold[]
  /** Gates that were open and will open again, and since when each is open. */
  gates: [string, number][]
  stop?: { reason: StopReason; why: string }
  /** The search attributes as they stand on the server. */
  shown: Record<string, string>
  /** JSON of `Remembered`: inline, or in the artifact store in pieces. */
  remembered: string | Ref[]
  /** What people said while that was being kept, if anything: the same as JSON in parts, of `steering`, `answered` and `lines` alone. */
  since?: (string | Ref[])[]
  /** For tests: continue as new after this many steps of every execution. */
  seamEvery?: number
  /** For tests: refuse steering after this many updates of every execution. */
  mostSteered?: number
}

/** What may be large: results and state by path, and what people and the loops have said. */
export interface Remembered {
  models: Record<string, ModelRecord>
  decisions: DecisionRecord[]
  /** Ids of recent messages and how they were answered. */
  answered: [string, MessageAnswer][]
  steering: Message<'steer'>[]
  lines: Line[]
  best?: Best<Json>
  /** Of the last effects, and of all doubtful ones. */
  effects?: Receipt[]
  /** Texts known to be in the artifact store. */
  kept: Ref[]
  /** path → digest of the call, result. */
  recall: Record<string, { digest: string; result: Json }>
  state: Record<string, Json>
}
