import { newestEvents, stuckFromTry, whyStuck } from '../contract/stuck.ts'
import { type Server } from './server.ts'

/** Why a run that does not answer is stuck, if it is: its workflow code fails whenever it is tried. */
export async function stuck({ connection, workflows, namespace }: Server, run: string): Promise<string | undefined> {
  const { raw, runId } = await workflows.getHandle(run).describe()
  if (Number(raw.pendingWorkflowTask?.attempt ?? 0) < stuckFromTry) return undefined
  const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId: run, runId },
    maximumPageSize: newestEvents,
  })
  return whyStuck(run, history?.events ?? [])
}
