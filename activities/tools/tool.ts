import { asyncLocalStorage } from '@temporalio/activity'
import { type UseCall, type WorkspaceAt } from '../../contract/workspace.ts'
import { type Tell } from '../tail.ts'
import { type World } from '../world.ts'

/** What a tool says to the model. */
export interface ToolAnswer {
  text: string
  failed?: true
}

/** A call, and the run and stage that it is made in. */
export type PlacedCall = UseCall & { run: string; stage: string }

/** What a call doesn't say of its place is its activity's. */
export function placed(call: UseCall): PlacedCall {
  const info = asyncLocalStorage.getStore()?.info
  return { ...call, run: call.run ?? info?.workflowExecution?.workflowId ?? '', stage: call.stage ?? info?.activityId ?? '' }
}

/** Where a tool works, and what it may need there. */
export interface ToolPlace {
  world: World
  call: PlacedCall
  workspace: WorkspaceAt
  /** The checkout of the workspace's commit; what a mutating tool changes here becomes the next commit. */
  folder: string
  signal?: AbortSignal | undefined
  /** Told the end of the output as it grows; a watcher sees it. */
  onTail: Tell
  /** Told how far long work is; when the worker dies, the next try of the call is given the last word as `progress`. */
  onProgress(progress: unknown): void
  progress: unknown
}

/** A tool cannot do what it was asked; the message is for the model, and nothing was changed. */
export class ToolRefused extends Error {
  override readonly name = 'ToolRefused'
}
