import { Client, type Connection, type WorkflowExecutionInfo } from '@temporalio/client'
import { newestEvents, stuckQuery, whyStuck } from '../contract/stuck.ts'
import { type SweepLoop, sweepUntilStopped } from './sweep-loop.ts'

export interface WatchdogOptions {
  connect: () => Promise<Connection>
  namespace: string
  /** The task queue whose runs are watched. */
  taskQueue: string
  /** Told once of each run that is stuck, in one sentence. */
  onStuck: (message: string) => void
  /** Between two looks. Default 15,000. */
  everyMilliseconds?: number
}

/** Looks for runs whose workflow code fails again and again, which otherwise nobody hears of: their status is Running. */
export function startWatchdog({ connect, namespace, taskQueue, onStuck, everyMilliseconds = 15_000 }: WatchdogOptions): SweepLoop {
  let told = new Set<string>()
  const look = async (connection: Connection) => {
    const stuck = new Set<string>()
    for await (const execution of new Client({ connection, namespace }).workflow.list({ query: stuckQuery })) {
      if (execution.taskQueue !== taskQueue) continue
      stuck.add(execution.runId)
      if (!told.has(execution.runId)) onStuck(`${execution.workflowId}: ${await why(connection, namespace, execution)}`)
    }
    // One that went on and fails again is told again.
    told = stuck
  }
  // A server that does not know the mark, or is away, is asked again: the worker is not disturbed.
  return sweepUntilStopped({ connect, sweep: look, everyMilliseconds, onProblem: () => {} })
}

async function why(connection: Connection, namespace: string, { workflowId, runId }: WorkflowExecutionInfo): Promise<string> {
  const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: newestEvents,
  })
  return (
    whyStuck(workflowId, history?.events ?? []) ?? `its workflow tasks are not answered in time; look with: loopwright show ${workflowId}`
  )
}
