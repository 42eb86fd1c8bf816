import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { bundleWorkflows, payloadConverterPath } from './bundle.ts'
import { quiet } from './quiet.ts'

/** What a replay showed. */
export interface Replayed {
  events: number
  /** Where the code decided otherwise than the history says. */
  divergence?: string
}

/** Runs the workflow code against a recorded history, without a server and without effects. `history` is Temporal's JSON. */
export async function replayHistory(
  history: unknown,
  {
    workflowId,
    bundle,
    workflowsPath,
  }: { workflowId?: string; bundle?: { code: string } | { codePath: string }; workflowsPath?: string } = {},
): Promise<Replayed> {
  quiet(true)
  const events = (history as { events?: unknown[] }).events?.length ?? 0
  const options = {
    workflowBundle: bundle ?? (await bundleWorkflows(workflowsPath)),
    dataConverter: { payloadConverterPath },
    replayName: workflowId ?? 'replay',
  }
  try {
    await Worker.runReplayHistory(options, historyFromJSON(history), workflowId)
    return { events }
  } catch (error) {
    if (!(error instanceof DeterminismViolationError)) throw error
    return { events, divergence: error.message }
  }
}
