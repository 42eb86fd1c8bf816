import { type Client } from '@temporalio/client'
import protocol from '@temporalio/proto'

/** What a run left in the server, all its executions together. */
export interface HistorySize {
  executions: number
  events: number
  bytes: number
  /** Why the server or the run ended it, if it did not complete. */
  problem?: string
}

const closeEvent = protocol.temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT

/** Temporal's own count of events and bytes, summed over the executions of a run. */
export async function historySize(client: Client, workflowId: string, firstRunId: string): Promise<HistorySize> {
  const size: HistorySize = { executions: 0, events: 0, bytes: 0 }
  for (let runId = firstRunId; runId;) {
    const { historyLength, historySize: bytes } = await client.workflow.getHandle(workflowId, runId).describe()
    size.executions++
    size.events += historyLength
    size.bytes += bytes ?? 0
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId, runId },
      historyEventFilterType: closeEvent,
    })
    const last = history?.events?.at(-1)
    runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? ''
    const problem =
      last?.workflowExecutionTerminatedEventAttributes?.reason ?? last?.workflowExecutionFailedEventAttributes?.failure?.message
    if (problem) size.problem = problem
  }
  return size
}
