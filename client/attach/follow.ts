import type { History } from '@temporalio/common/lib/proto-utils.js'
import { type Server } from '../server.ts'

type Event = NonNullable<History['events']>[number]

/** Tells each event of a run as it happens, from the beginning of one of its executions on, across continuations, until the run ends or the signal comes. */
export async function followHistory(
  server: Server,
  run: string,
  execution: string,
  told: (event: Event) => void,
  signal: AbortSignal,
): Promise<void> {
  const { connection, namespace } = server
  for (let runId = execution; ;) {
    let nextPageToken: Uint8Array = new Uint8Array()
    let next: string | undefined
    do {
      const page = await connection.withAbortSignal(AbortSignal.any([signal]), () =>
        connection.workflowService.getWorkflowExecutionHistory({
          namespace,
          execution: { workflowId: run, runId },
          nextPageToken,
          waitNewEvent: true,
        }),
      )
      for (const event of page.history?.events ?? []) {
        told(event)
        next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? next
      }
      nextPageToken = page.nextPageToken
    } while (nextPageToken.length > 0 && !signal.aborted)
    if (next === undefined || signal.aborted) return
    runId = next
  }
}
