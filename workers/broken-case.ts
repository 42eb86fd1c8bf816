import { type History } from '@temporalio/common/lib/proto-utils.js'
import { type WorkflowExecutionInfo } from '@temporalio/client'
import { type Case } from '../contract/cases.ts'
import { caseKey } from '../store/case-key.ts'
import { historyKey } from '../store/history-key.ts'
import { type ArtifactStore } from '../store/store.ts'

type Execution = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'type'>

/** Keeps a run that ended without an outcome as a case: it could not do so itself. */
export async function keepBroken(store: ArtifactStore, execution: Execution, history: History): Promise<void> {
  const { workflowId: run, runId, type: workflow } = execution
  const ended = endOf(history)
  if (!ended) return
  const found: Case = { run, workflow, ...ended, history: historyKey(run, runId) }
  await store.point(caseKey(run, runId), await store.put(JSON.stringify(found)))
}

/** How a history ends, if neither by an outcome nor by continuing as new. */
function endOf({ events }: History): Pick<Case, 'status' | 'reason' | 'why' | 'at'> | undefined {
  const last = events?.at(-1)
  const { seconds, nanos } = last?.eventTime ?? {}
  const at = Number(String(seconds ?? 0)) * 1_000 + Math.floor((nanos ?? 0) / 1e6)
  const failure = last?.workflowExecutionFailedEventAttributes?.failure
  const killed = last?.workflowExecutionTerminatedEventAttributes
  if (failure) {
    const reason = failure.applicationFailureInfo?.type
    return { status: 'failed', ...(reason ? { reason } : {}), why: failure.message || 'It failed.', at }
  }
  if (killed) return { status: 'killed', why: `It was killed: ${killed.reason || 'nobody said why.'}`, at }
  if (last?.workflowExecutionTimedOutEventAttributes) return { status: 'killed', why: 'The server ended it: its time was over.', at }
  if (last?.workflowExecutionCanceledEventAttributes) return { status: 'killed', why: 'It was cancelled before it could end in order.', at }
  return undefined
}
