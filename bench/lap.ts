import { randomUUID } from 'node:crypto'
import { type Client } from '@temporalio/client'
import { type Contender } from './contenders.ts'
import { historySize, type HistorySize } from './history.ts'
import { forgetPeak, peakMegabytes, processorMilliseconds } from './processes.ts'
import { type BenchTool } from './script.ts'

/** What one contender took for one loop, or for many loops at once. */
export interface Lap extends HistorySize {
  /** Of all runs together. */
  milliseconds: number
  workerProcessor: number
  serverProcessor: number
  /** The most memory of the worker, in MB. */
  megabytes: number
  /** Turns that were completed, the last reply not counted; fewer than were asked for when the run did not end well. */
  turns: number
}

/** Starts `runs` loops at once and measures until the last one has ended. */
export async function measure(
  client: Client,
  contender: Contender,
  serverPid: number,
  { tool, turns, runs }: { tool: BenchTool; turns: number; runs: number },
): Promise<Lap> {
  const { taskQueue, worker } = contender
  const started = Array.from({ length: runs }, () => withId(contender.run(tool, turns)))
  forgetPeak(worker.pid)
  const before = { worker: processorMilliseconds(worker.pid), server: processorMilliseconds(serverPid), at: performance.now() }
  const handles = await Promise.all(
    started.map(({ type, input, workflowId }) => client.workflow.start(type, { taskQueue, workflowId, args: [input] })),
  )
  await Promise.all(handles.map((handle) => handle.result().catch(() => undefined)))
  const lap = {
    milliseconds: performance.now() - before.at,
    workerProcessor: processorMilliseconds(worker.pid) - before.worker,
    serverProcessor: processorMilliseconds(serverPid) - before.server,
    megabytes: peakMegabytes(worker.pid),
  }
  const sizes: HistorySize[] = []
  for (const { workflowId, firstExecutionRunId } of handles) sizes.push(await historySize(client, workflowId, firstExecutionRunId))
  const sum = (of: (size: HistorySize) => number) => sizes.reduce((total, size) => total + of(size), 0)
  const problem = sizes.find((size) => size.problem)?.problem
  return {
    ...lap,
    executions: sum(({ executions }) => executions),
    events: sum(({ events }) => events),
    bytes: sum(({ bytes }) => bytes),
    turns: problem ? await completedTurns(client, handles[0]!.workflowId) : turns * runs,
    ...(problem ? { problem } : {}),
  }
}

/** An id as Loopwright's client gives one: it stands in every step. */
function withId<T extends { type: string }>(start: T): T & { workflowId: string } {
  return { ...start, workflowId: `${start.type}-${randomUUID().slice(-10)}` }
}

/** How many turns a run that did not end well had completed: its tool calls. */
async function completedTurns(client: Client, workflowId: string): Promise<number> {
  let turns = 0
  let nextPageToken: Uint8Array | undefined
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId },
      ...(nextPageToken ? { nextPageToken } : {}),
    })
    const names = page.history?.events?.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name) ?? []
    turns += names.filter((name) => name === 'useTool').length
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined
  } while (nextPageToken)
  return turns
}
