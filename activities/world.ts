import { type ArtifactStore } from '../store/store.ts'
import { type ServedTool } from './effects/tool.ts'
import { type Redact } from './secrets/redact.ts'
import { type Sandbox } from './sandbox/sandbox.ts'

/** What the activities of one worker share. */
export interface World {
  store: ArtifactStore
  /** Absolute path of `.loopwright/`: workspaces, caches. */
  stateFolder: string
  /** The variables that configure providers and name their keys; `process.env` of the worker. */
  environment: Record<string, string | undefined>
  /** Takes the secrets that this worker knows out of a text; set by `createActivities`. */
  redact?: Redact
  /** The search attributes of ours that the server has; filled at worker start. */
  searchAttributes: string[]
  /** Tools of one's own. */
  tools?: ServedTool[]
  /** What confines the commands of workspaces; found out once, when the worker starts. */
  sandbox: Sandbox
}
