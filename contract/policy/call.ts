import { z } from 'zod'
import { type Json } from '../json.ts'
import { type Tool, type ToolTag } from '../workspace.ts'

/** A tool call, as policies see it. References among the arguments stand for texts that only whoever acts can read. */
export interface PolicyCall {
  tool: Pick<Tool, 'name' | 'class' | 'tags' | 'workspace' | 'own'>
  arguments: { [key: string]: Json }
  workflow: string
  /** The agent that makes it; `code` where workflow code does. */
  role: string
  /** Whether the run was started with that option. */
  allowRun: boolean
  /** Its paths are those of files, and nothing lies below them. */
  exact?: boolean
  /** What the run has read so far. */
  seen?: ToolTag[]
  /** What it has done by rules with limits, by their names. */
  used?: Record<string, Used>
}

/** What was done by one rule. */
export const UsedShape = z.strictObject({
  calls: z.int(),
  bytes: z.int(),
  files: z.array(z.string()),
  milliseconds: z.int(),
  microDollars: z.int(),
})
export type Used = z.infer<typeof UsedShape>

/** The agent of a stage, from its path: whoever has the turn that it lies in. */
export function roleOf(path: string): string {
  const turn = path.lastIndexOf('/turn#')
  if (turn < 0) return 'code'
  const agent = path.slice(0, turn)
  return agent.slice(agent.lastIndexOf('/') + 1).split('#')[0]!
}
