import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import * as activities from './activities.ts'

const [address = '', taskQueue = '', codePath = ''] = process.argv.slice(2)
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } } })
const connection = await NativeConnection.connect({ address })
// The settings of Loopwright's own worker.
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: { codePath },
  activities,
  stickyQueueScheduleToStartTimeout: '1s',
  maxCachedWorkflows: 200,
  shutdownGraceTime: '5s',
  maxConcurrentActivityTaskExecutions: 100,
})
console.log('ready')
await worker.run()
await connection.close()
