import { type SearchState } from './resume.ts'
import { type RepairProgress, type RunProgram, type RunTests } from './result.ts'

/** What one call of the `repair` tool is given. */
export interface RepairToolCall {
  argv: string[]
  minutes: number
  signal?: AbortSignal
  resume?: SearchState
  onProgress?: (progress: RepairProgress) => void
  runTests: RunTests
  runProgram?: RunProgram
}

/** The `repair` tool: one call makes at most one edit in the folder and says in a few lines which; `failed` when it found none. */
export function createRepairTool(
  limits: { candidates?: number } = {},
): (folder: string, call: RepairToolCall) => Promise<{ text: string; failed?: true }> {
  return async (folder, call) => {
    // Its parsers are large, and most workers never repair: loaded when it is asked for, a worker starts sooner.
    const { repairFolder } = await import('./repair.ts')
    const result = await repairFolder({ folder, ...call, ...limits })
    return { text: result.text, ...(result.found === 'none' && result.failingBefore.length > 0 ? { failed: true } : {}) }
  }
}
