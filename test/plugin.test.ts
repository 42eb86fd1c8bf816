import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { folderStore } from '../store/folder.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { LoopwrightPlugin } from '../workers/plugin.ts'

test('the plugin puts the roads into somebody else’s worker, and leaves their own workflows and activities alone', async () => {
  const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const world = {
    store: folderStore(join(stateFolder, 'artifacts')),
    stateFolder,
    environment: {},
    searchAttributes: [],
    sandbox: await openSandbox(),
  }
  const native = await NativeConnection.connect({ address })
  const taskQueue = `theirs-${randomUUID()}`
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./support/workflows/core.ts', import.meta.url)),
    activities: { theirs: async () => 'their own activity' },
    plugins: [new LoopwrightPlugin(world)],
  })
  const connection = await Connection.connect({ address })
  const { workflow } = new Client({ connection })
  await worker.runUntil(async () => {
    const ours = await workflow.execute('counting', { taskQueue, workflowId: randomUUID(), args: [{ target: 2 }] })
    expect(ours).toMatchObject({ status: 'accepted', value: 2 })
    expect(await workflow.execute('plain', { taskQueue, workflowId: randomUUID(), args: ['x'.repeat(100_000)] })).toHaveLength(100_006)
  })
  await connection.close()
  await native.close()
})
