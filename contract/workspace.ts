import { z } from 'zod'
import { type Json, Ref, type Text } from './json.ts'
import type { Asking, Decided } from './policy/approval.ts'
import { WorkReceipt } from './review.ts'

/** A workspace at one commit. Every activity takes the commit it starts from; the directory is only a cache. */
export interface WorkspaceAt {
  /** Names the workspace's folder under the state folder: letters, digits, `-`, `_`, `.`. */
  key: string
  /** Absolute path of the user's repository, which is never written to (a branch for the result apart). */
  source: string
  /** The commit of the source that the workspace began at. */
  base: string
  commit: string
  /** The artifact that restores the commit on a machine that has never seen the workspace. */
  pack: Ref
  /** argv of the command that installs its dependencies; without it they are those of the source. */
  setup?: string[]
}

/** A candidate change: two commits, the tree of the second, and the diff between them as an artifact. */
export const Patch = z.strictObject({
  base: z.string(),
  commit: z.string(),
  pack: Ref.describe('Restores the commit from the artifact store.'),
  tree: z.string(),
  diff: Ref,
  files: z.array(z.string()).describe('The first 50 changed files.'),
  added: z.int().describe('Lines added.'),
  removed: z.int().describe('Lines removed.'),
  branch: z.string().optional().describe("The branch in the user's repository, once the patch was accepted."),
  receipt: WorkReceipt.optional().describe('What whoever made it says it did, where they were asked; it proves nothing.'),
  undelivered: z.string().optional().describe('Why an accepted patch has no branch, and what to do.'),
})
export type Patch = z.infer<typeof Patch>

/** A commit to bring into the source; it stands on the base as one commit, whatever steps led to it. */
export interface Delivery {
  run: string
  stage: string
  workspace: WorkspaceAt
  /** Of the commit in the source. */
  message: string
  /** Its date, in milliseconds; the same whenever it is delivered again. */
  at: number
}

/** The branch that holds what was delivered, or why there is none. */
export type Delivered = { branch: string } | { undelivered: string }

/** What a tool does to the world; undeclared counts as `once`. */
export const effectClasses = ['read', 'content', 'keyed', 'findable', 'once'] as const
export type EffectClass = (typeof effectClasses)[number]

/** What policies ask of a tool besides its class: it brings in text that strangers may have written, it brings in what is not public, or what it is given leaves this machine. */
export const toolTags = ['reads_untrusted', 'reads_private', 'acts_outside'] as const
export type ToolTag = (typeof toolTags)[number]

/** A tool as plain data: what the model is told, and what the runtime needs to run it. */
export interface Tool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  schema: { [key: string]: Json }
  class: EffectClass
  tags?: ToolTag[]
  /** May return the same result many times without that counting as no progress. */
  polling?: boolean
  /** Offered to this provider only. */
  provider?: string
  /** Path of the `openWorkspace` stage that it works in. */
  workspace?: string
  /** Registered with the worker by whoever runs it. */
  own?: true
  /** Minutes one call may take. */
  minutes?: number
  /** It can show what it would do, for whoever is asked. */
  prepares?: true
  /** What it did can be undone, when its run is stopped. */
  compensates?: true
}

/** A tool call, as the activity receives it. References among the arguments stand for their text. */
export interface UseCall extends Partial<Decided> {
  /** Absent where they are the activity's own workflow and id, which the history names anyway. */
  run?: string
  stage?: string
  tool: string
  arguments: { [key: string]: Json }
  workspace?: WorkspaceAt
  /** argv of the repository's tests, for the tools that run them. */
  test?: string[]
  /** Default: false. */
  allowRun?: boolean
  minutes: number
  /** Longer texts come back as references (512). */
  inlineBytes?: number
  /** To be shown to a person: what it makes is not taken until they agree. */
  dry?: true
}

/** What is known of an effect: whether it happened, and how that is known. Stands in the result of its call and in the closing record of the run. */
export interface Receipt {
  /** workflowId/epoch/path */
  effect: string
  tool: string
  class: EffectClass
  happened: 'yes' | 'no' | 'unknown'
  /** `performed`, `refused` by the tool, `found` or `not found` by looking, `never begun`, `told by NAME`, or `not known`. */
  how: string
  /** How often it was begun, or may have been. */
  attempts: number
  /** When the run was stopped: `undone`, `could not undo` with the reason, or `needs you` where nobody knows. */
  undone?: string
}

/** What a tool did. Failures that the model should read are results with `failed`, not errors. */
export interface UseResult {
  text: Text
  failed?: true
  /** Nothing was done: whoever acts found that a person must be asked first. */
  asks?: Asking
  /** Nothing was done: it would not be what was agreed to any more. */
  changed?: true
  /** Of an effect outside the workspace. */
  receipt?: Receipt
  /** The workspace after the call; absent when the tool touches none. */
  commit?: string
  pack?: Ref
  tree?: string
}

/** What `setUp` returns. */
export interface SetUp {
  /** The dependency folders that the command made, relative to the workspace. */
  folders: string[]
  /** Whether it ran just now; else an earlier run with the same lockfiles had made them. */
  ran: boolean
}

/** What `openWorkspace` returns. */
export interface OpenedWorkspace {
  key: string
  source: string
  base: string
  /** Restores the base. */
  pack: Ref
  tree: string
  /** Branch or short commit that the source was at, for people. */
  head: string
}
