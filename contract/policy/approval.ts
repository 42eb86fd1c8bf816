import { digest } from '../digest.ts'
import { type Json } from '../json.ts'
import type { PolicyDecision } from './decide.ts'
import type { Policies } from './policy.ts'

/** What a person says yes to: exactly this call of this run under these policies, and what preparing it showed. */
export interface Approved {
  run: string
  policy: string
  tool: string
  arguments: { [key: string]: Json }
  prepared?: Json
}

/** The SHA-256 that an approval is bound to. Large texts and their references digest alike. */
export function approvalDigest({ run, policy, tool, arguments: given, prepared }: Approved): string {
  return digest({ run, policy, call: { tool, arguments: given }, ...(prepared === undefined ? {} : { prepared }) })
}

/** The policies that were found when a run began; they hold to its end. */
export interface PinnedPolicy {
  /** SHA-256 of the policies, which is the name of the artifact with them. */
  hash: string
  policies: Policies
}

/** What the built-in policy is called where a hash would stand. */
export const builtIn = 'built-in'

/** Which rule a call was decided by, as it is handed to whoever acts: there it is decided again. */
export interface Decided {
  rule: string
  /** The hash of the pinned policies; absent where nobody has written one. */
  policy?: string
  /** What a person has said yes to. */
  approved?: string
}

/** Who has to be asked before a call is made. */
export type Asking = Pick<PolicyDecision, 'rule' | 'why' | 'asks'>

/** What a model reads of a call that was denied. */
export function denied(rule: string, why: string | undefined, policy: string): string {
  return `Denied by the rule ${rule} (policy ${policy.slice(0, 12)})${why === undefined ? '' : `: ${why}`}. Nothing was done.`
}

/** What preparing a call showed, without doing anything. */
export interface Prepared {
  /** For the person who is asked: the amount, who receives it, the text as it will be. */
  show: Json
  /** What the call will cost. */
  dollars?: number
}
