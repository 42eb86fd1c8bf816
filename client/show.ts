import { ended } from './ended.ts'
import { histories } from './history.ts'
import { isNotFound, type Server } from './server.ts'
import { type RunSummary, summarize, summaryOfEnd } from './summary.ts'

/** One run, live or ended; what the server has forgotten comes from the archive. */
export async function show(server: Server, run: string): Promise<RunSummary> {
  const execution = await server.workflows
    .getHandle(run)
    .describe()
    .catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  if (execution) return summarize(server, execution)
  const end = summaryOfEnd(await ended(server, run))
  const [first] = await histories(server, run)
  const workflow = first?.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? 'unknown'
  return { run, workflow, ...end }
}
