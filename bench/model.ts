import { startScriptedServer } from '../testing/index.ts'
import { script } from './script.ts'

// A process of its own, so that the model's work counts for nobody. It keeps one request: those of long conversations would fill the memory.
const server = await startScriptedServer({ script, keep: 1 })
console.log(`ready ${server.url}`)
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)))
