import { type TestCall, type TestReport } from '../contract/checks.ts'
import { type Compacted, type Compaction, type EarlierCall, type EarlierResult } from '../contract/compaction.ts'
import { type EffectCall, type Left, type Look, type Performed, type Preparing, type Undone } from '../contract/effects.ts'
import { type CommandCall, type CommandReport } from '../contract/command-verdict.ts'
import { type Grant, type Granted } from '../contract/grants.ts'
import { type Ref } from '../contract/json.ts'
import { type ModelCall, type ModelReply } from '../contract/models.ts'
import { type Notice } from '../contract/notices.ts'
import { type Preflight, type PreflightCall } from '../contract/preflight.ts'
import { type RetrieveCall, type Retrieved } from '../contract/retrieval.ts'
import {
  type Delivered,
  type Delivery,
  type OpenedWorkspace,
  type Patch,
  type SetUp,
  type UseCall,
  type UseResult,
  type WorkspaceAt,
} from '../contract/workspace.ts'

/** Everything workflows can have done in the world. Workflow code sees this as types only. */
export interface Activities {
  /** Prices, windows and keys of the models; search attributes; sandbox level. Once per run. */
  preflight(call: PreflightCall): Promise<Preflight>
  /** One request to a model, streamed; extends the transcript. Never retried by Temporal: `ask` owns retries. */
  callModel(call: ModelCall): Promise<ModelReply>
  /** Makes a conversation small enough: messages and outputs are left out whole, or kept word for word. Repeatable. */
  compactTranscript(call: Compaction): Promise<Compacted>
  /** A message of the conversation before anything was left out of it. */
  readEarlier(call: EarlierCall): Promise<EarlierResult>
  /** Puts texts into the artifact store. */
  putArtifacts(texts: string[]): Promise<Ref[]>
  /** Reads texts from the artifact store. */
  getArtifacts(refs: Ref[]): Promise<string[]>
  /** Refuses what cannot be worked on, and fetches the source's HEAD commit into a git dir of our own. Repeatable. */
  openWorkspace(call: { run: string; stage: string; repo: string; key: string }): Promise<OpenedWorkspace>
  /** Installs the dependencies of a workspace's base by its `setup`, once per lockfile and machine; confined, with network. Repeatable. */
  setUp(call: { run: string; stage: string; workspace: WorkspaceAt; minutes: number }): Promise<SetUp>
  /** One tool call. A mutating one ends in a deterministic commit. */
  useTool(call: UseCall): Promise<UseResult>
  /** Does an effect by a tool of one's own, unless it was done or fenced off before. Whatever it throws leaves a doubt. */
  performEffect(call: EffectCall): Promise<Performed>
  /** Shows what an effect would be; nothing is done. Repeatable. */
  prepareEffect(call: EffectCall): Promise<Preparing>
  /** Undoes an effect of a run that was stopped. Once begun it is not begun again. */
  compensateEffect(call: EffectCall): Promise<Undone>
  /** Stops the try of an effect and those before it, and says what they left. Repeatable. */
  fenceEffect(call: EffectCall): Promise<Left>
  /** Looks whether a fenced-off effect happened, once nothing of it can be in flight any more. Repeatable. */
  lookUpEffect(call: EffectCall): Promise<Look>
  /** Passages of a folder by the words of a query. Repeatable. */
  retrieve(call: RetrieveCall): Promise<Retrieved>
  /** Runs the tests of a commit in a clean checkout of it and compares them with the baseline. */
  runTests(call: TestCall): Promise<TestReport>
  /** Runs a command in a clean checkout of a commit, or in a folder with nothing but some files. Repeatable. */
  runCommand(call: CommandCall): Promise<CommandReport>
  /** The diff from the workspace's base to its commit. */
  makePatch(call: { run: string; stage: string; workspace: WorkspaceAt }): Promise<Patch>
  /** Brings an accepted commit into the source as a new branch `loopwright/<run>`; the user's tree is not touched. Repeatable. */
  deliverPatch(call: Delivery): Promise<Delivered>
  /** Looks whether a grant proves who decides. Repeatable. */
  checkGrant(call: { grant: Grant; granted: Granted }): Promise<{ by: string; roles: string[]; problem?: never } | { problem: string }>
  /** Tells whoever wants to know of a question to people. The same notice may come twice, with the same id. */
  notify(notice: Notice): Promise<void>
  /** Keeps the closing record of a run, given as JSON or as pieces of it in the artifact store, and points `certificate/<run>` at it. */
  certify(call: { run: string; record: string | Ref[] }): Promise<Ref>
}
