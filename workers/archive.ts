import { Client, Connection, type ConnectionLike, type ConnectionOptions, type WorkflowExecutionInfo } from '@temporalio/client'
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { crashPoint } from '../store/crash-point.ts'
import { historyKey } from '../store/history-key.ts'
import { type ArtifactStore } from '../store/store.ts'
import { keepBroken } from './broken-case.ts'

export interface ArchiveOptions {
  /** From `archiveConnection`: other connections cannot read a history over 4 MiB. */
  connection: ConnectionLike
  namespace: string
  store: ArtifactStore
  /** The task queue whose runs are kept; those of others on the same server are not ours to keep. */
  taskQueue: string
  /** Only executions that closed after this. Default: all that the server still knows. */
  since?: Date
}

export interface Sweep {
  /** How many histories were put into the store now. */
  archived: number
  /** One sentence for each that was not, and stays to be tried again. */
  problems: string[]
}

/** A connection that can carry a whole history: at most 50 MiB by the server's own limit, more as JSON. */
export function archiveConnection(options: ConnectionOptions): Promise<Connection> {
  return Connection.connect({ ...options, connectTimeout: '3 seconds', channelArgs: { 'grpc.max_receive_message_length': 256e6 } })
}

/**
 * Keeps the history of every closed execution, those that continued as new included, as Temporal's own JSON in the artifact store,
 * so that it outlives the server's memory. What is kept already is skipped; one that cannot be read does not stop the others.
 */
export async function archiveHistories({ connection, namespace, store, taskQueue, since }: ArchiveOptions): Promise<Sweep> {
  const client = new Client({ connection, namespace })
  const sweep: Sweep = { archived: 0, problems: [] }
  const query = `ExecutionStatus != "Running"${since ? ` AND CloseTime > "${since.toISOString()}"` : ''}`
  for await (const execution of client.workflow.list({ query })) {
    if (execution.taskQueue !== taskQueue) continue
    try {
      if (await keep(client, store, execution)) sweep.archived++
    } catch (problem) {
      sweep.problems.push(`The history of ${execution.workflowId} (${execution.runId}) was not archived: ${String(problem)}`)
    }
  }
  return sweep
}

/** The bytes first, then the key: a kill between the two leaves an artifact that the next sweep puts again for nothing. */
async function keep(client: Client, store: ArtifactStore, execution: WorkflowExecutionInfo): Promise<boolean> {
  const { workflowId, runId } = execution
  const key = historyKey(workflowId, runId)
  if ((await store.resolve(key)) !== undefined) return false
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
  // Before the history's key, which says that nothing is left to keep.
  await keepBroken(store, execution, history)
  await put(store, key, history)
  return true
}

async function put(store: ArtifactStore, key: string, history: History): Promise<void> {
  crashPoint('archive.fetched')
  const ref = await store.put(historyToJSON(history))
  crashPoint('archive.stored')
  await store.point(key, ref)
  crashPoint('archive.done')
}

/** Keeps the histories of one run that has ended, without waiting for the server's list of closed executions. */
export async function archiveRun(
  { connection, namespace, store }: Omit<ArchiveOptions, 'taskQueue' | 'since'>,
  run: string,
): Promise<void> {
  const { workflow } = new Client({ connection, namespace })
  const { runId: last, closeTime, type } = await workflow.getHandle(run).describe()
  if (closeTime === undefined) return
  for (let runId: string | null | undefined = last; runId;) {
    const history: History = await workflow.getHandle(run, runId).fetchHistory()
    await keepBroken(store, { workflowId: run, runId, type }, history)
    await put(store, historyKey(run, runId), history)
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId
  }
}
