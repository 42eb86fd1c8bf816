import { type ConnectOptions, openServer } from './server.ts'

/** What a server and its workers look like from outside. */
export interface Health {
  address: string
  /** The server's version. */
  version: string
  taskQueue: string
  /** How many workers have asked for workflow tasks within the last minutes. */
  workers: number
}

/** Looks whether the server answers and whether workers poll the queue; an unreachable server throws `NoServer`. */
export async function health(options: ConnectOptions = {}): Promise<Health> {
  const { connection, namespace, address, taskQueue } = await openServer(options, {})
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({})
    // 1 is the queue of workflow tasks.
    const { pollers } = await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: 1 })
    return { address, version: serverVersion || 'unknown', taskQueue, workers: pollers?.length ?? 0 }
  } finally {
    await connection.close()
  }
}
