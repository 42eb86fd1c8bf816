import { stuckQuery } from '../contract/stuck.ts'
import { apiOf, call } from './http/call.ts'
import { type ConnectOptions, openServer, type Server } from './server.ts'

/** What a server and its workers look like from outside. */
export interface Health {
  address: string
  /** The server's version. */
  version: string
  taskQueue: string
  /** How many workers have asked for workflow tasks within the last minutes. */
  workers: number
  /** The runs of the queue whose code fails again and again, as far as the server marks them. */
  stuck: string[]
}

/** Looks whether the server answers and whether workers poll the queue; an unreachable server throws `NoServer`. */
export async function health(options: ConnectOptions = {}): Promise<Health> {
  const api = apiOf(options)
  if (api) return call<Health>(api, 'health')
  const server = await openServer(options, {})
  const { connection, namespace, address, taskQueue } = server
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({})
    // 1 is the queue of workflow tasks.
    const { pollers } = await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: 1 })
    const stuck = await stuckRuns(server)
    return { address, version: serverVersion || 'unknown', taskQueue, workers: pollers?.length ?? 0, stuck }
  } finally {
    await connection.close()
  }
}

/** Servers that do not know the mark have none. */
async function stuckRuns({ workflows, taskQueue }: Server): Promise<string[]> {
  const runs: string[] = []
  try {
    for await (const execution of workflows.list({ query: stuckQuery }))
      if (execution.taskQueue === taskQueue) runs.push(execution.workflowId)
  } catch {
    return []
  }
  return runs
}
