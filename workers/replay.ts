import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { dataConverter, storedPayloadConverterPath } from '../store/data-converter.ts'
import { type ArtifactStore } from '../store/store.ts'
import { bundleWorkflows } from './bundle.ts'
import { quiet } from './quiet.ts'

/** What a replay showed. */
export interface Replayed {
  events: number
  /** Where the code decided otherwise than the history says. */
  divergence?: string
}

/** How a history is replayed. */
export interface ReplayOptions {
  workflowId?: string
  /** The code, built before; ours, or that of `workflowsPath`, when absent. */
  bundle?: { code: string } | { codePath: string }
  workflowsPath?: string
  /** Where the run's artifacts are: large values stand in its history by hash. */
  store?: ArtifactStore
}

/** Runs the workflow code against a recorded history, without a server and without effects. `history` is Temporal's JSON. */
export async function replayHistory(history: unknown, { workflowId, bundle, workflowsPath, store }: ReplayOptions = {}): Promise<Replayed> {
  quiet(true)
  const events = (history as { events?: unknown[] }).events?.length ?? 0
  const options = {
    workflowBundle: bundle ?? (await bundleWorkflows(workflowsPath, store?.sealing !== undefined)),
    dataConverter: store ? dataConverter(store) : { payloadConverterPath: storedPayloadConverterPath },
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
