// A real worker process with a tool of each class: ADDRESS TASK_QUEUE STATE_FOLDER BUNDLE. Prints `ready`.
import { EffectRefused, startWorker } from '../../dist/workers/index.js'
import { effectTools } from '../../test/support/effect-tools.mjs'

const [address, taskQueue, stateFolder, codePath] = process.argv.slice(2)
const tools = effectTools(EffectRefused, Number(process.env.EFFECT_MINUTES ?? 0.05))
const { run } = await startWorker({ address, taskQueue, stateFolder, bundle: { codePath }, tools })
process.stdout.write('ready\n')
await run()
