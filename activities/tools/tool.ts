import { type UseCall, type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'

/** What a tool says to the model. */
export interface ToolAnswer {
  text: string
  failed?: true
}

/** Where a tool works, and what it may need there. */
export interface ToolPlace {
  world: World
  call: UseCall
  workspace: WorkspaceAt
  /** The checkout of the workspace's commit; what a mutating tool changes here becomes the next commit. */
  folder: string
  signal?: AbortSignal | undefined
  /** Told the end of the output as it grows; a watcher sees it. */
  onTail(tail: string): void
}

/** A tool cannot do what it was asked; the message is for the model, and nothing was changed. */
export class ToolRefused extends Error {
  override readonly name = 'ToolRefused'
}
