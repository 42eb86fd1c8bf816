// A real worker process of a bundle: ADDRESS TASK_QUEUE STATE_FOLDER BUNDLE. Prints `ready`.
import { startWorker } from '../../dist/workers/index.js'

const [address, taskQueue, stateFolder, codePath] = process.argv.slice(2)
const worker = await startWorker({ address, taskQueue, stateFolder, bundle: { codePath } })
process.stdout.write('ready\n')
await worker.run()
