import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { type OwnTool } from '../../activities/effects/tool.ts'
import { dataConverter } from '../../store/data-converter.ts'
import { folderStore } from '../../store/folder.ts'
import { startWorker } from '../../workers/worker.ts'
import { testBundle } from './bundle.ts'

/** A worker of its own queue and state folder on the test run's server, with the test workflows. */
export interface CoreBench {
  client: Client
  connection: Connection
  taskQueue: string
  stateFolder: string
  /** What the worker runs. */
  bundle: { code: string }
  /** Starts another worker, which has seen nothing yet, and shuts the one before down; what that is doing it finishes. */
  replaceWorker(): Promise<void>
  start(type: string, input: unknown, carried?: unknown): Promise<WorkflowHandleWithFirstExecutionRunId>
  close(): Promise<void>
}

export async function openBench(
  workflows = './workflows/core.ts',
  environment: Record<string, string> = {},
  tools: OwnTool[] = [],
  address = process.env.LOOPWRIGHT_TEST_ADDRESS,
): Promise<CoreBench> {
  if (!address) throw new Error('The test run has no Temporal server: run it through jest with its global set-up.')
  const path = workflows.startsWith('/') ? workflows : fileURLToPath(new URL(workflows, import.meta.url))
  const bundle = await testBundle(path)
  const connection = await Connection.connect({ address, channelArgs: { 'grpc.max_receive_message_length': 256e6 } })
  const taskQueue = `core-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const client = new Client({ connection, dataConverter: dataConverter(folderStore(join(stateFolder, 'artifacts'))) })
  const settings = { address, taskQueue, stateFolder, bundle, environment, tools }
  let shutdown = () => {}
  const running: Promise<void>[] = []
  const replaceWorker = async () => {
    const next = await startWorker(settings)
    running.push(next.run())
    shutdown()
    shutdown = () => next.shutdown()
  }
  await replaceWorker()
  return {
    client,
    connection,
    taskQueue,
    stateFolder,
    bundle,
    replaceWorker,
    start: (type, input, carried) =>
      client.workflow.start(type, {
        taskQueue,
        workflowId: `${type}-${randomUUID()}`,
        args: carried === undefined ? [input] : [input, carried],
      }),
    close: async () => {
      shutdown()
      await Promise.all(running)
      await connection.close()
    },
  }
}
