import { NativeConnection, Worker } from '@temporalio/worker'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openPlugin } from 'loopwright/worker'
import * as activities from './activities.mjs'

const stateFolder = resolve('.loopwright')
const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' })
const plugin = await openPlugin({ stateFolder })
const worker = await Worker.create({
  connection,
  taskQueue: 'greetings',
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  activities,
  // This line is what is new.
  plugins: [plugin],
})
console.log('ready')
await worker.run()
await connection.close()
