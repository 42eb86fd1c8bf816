import type { History } from '@temporalio/common/lib/proto-utils.js'
import { archivedHistories, decoded } from './archive.ts'
import { noSuchRun } from './ended.ts'
import { isNotFound, type Server } from './server.ts'

/** The histories of a run, oldest execution first: from the server, where it remembers, else from the archive. */
export async function histories(server: Server, run: string): Promise<History[]> {
  const found: History[] = []
  let runId: string | undefined
  try {
    const latest = await server.workflows.getHandle(run).fetchHistory()
    runId = latest.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined
    found.unshift(latest)
    while (runId) {
      const before: History = await server.workflows.getHandle(run, runId).fetchHistory()
      found.unshift(before)
      runId = before.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined
    }
    return found
  } catch (error) {
    if (!isNotFound(error)) throw error
    const kept = await archivedHistories(server, run)
    if (kept.length > 0) return kept
    // The server may have forgotten only the first executions of a long run.
    if (found.length > 0) return found
    throw noSuchRun(run)
  }
}

/** What a run was started with. */
export async function inputOf(server: Server, run: string): Promise<unknown> {
  const { history } = await server.connection.workflowService
    .getWorkflowExecutionHistory({ namespace: server.namespace, execution: { workflowId: run }, maximumPageSize: 1 })
    .catch(async () => ({ history: (await archivedHistories(server, run))[0] }))
  return decoded(server, history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads)
}
