// The control: the same effects as plain Temporal activities with the default retries. ADDRESS TASK_QUEUE BUNDLE. Prints `ready`.
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'

const [address, taskQueue, codePath] = process.argv.slice(2)
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } } })
const connection = await connected()
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowBundle: { codePath },
  stickyQueueScheduleToStartTimeout: '1s',
  activities: {
    async act({ kind, text }) {
      const body = JSON.stringify({ text })
      const response = await fetch(`${process.env.RECORDER_URL}/${kind}s`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      if (!response.ok) throw new Error(`the recorder answered ${response.status}`)
      return response.json()
    },
  },
})
process.stdout.write('ready\n')
await worker.run()

async function connected() {
  for (;;) {
    try {
      return await NativeConnection.connect({ address })
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
