import { startWorker } from '../../workers/index.ts'

const [address = '', taskQueue = '', stateFolder = '', codePath = ''] = process.argv.slice(2)
const { run } = await startWorker({ address, taskQueue, stateFolder, bundle: { codePath } })
console.log('ready')
await run()
