// Answers the only open question of a run: node decide-gate.js RUN DIGEST yes|no|stop [note]
import { connect } from '../index.ts'

const [prefix, digest, answer, note] = process.argv.slice(2)
if (!prefix || !digest || (answer !== 'yes' && answer !== 'no' && answer !== 'stop')) {
  throw new Error('usage: decide-gate RUN DIGEST yes|no|stop [NOTE]')
}
const loopwright = await connect()
const run = await loopwright.resolve(prefix)
const gate = (await loopwright.gates(run)).find((open) => open.digest === digest)
if (!gate) throw new Error(`${run} asks nothing with this digest`)
console.log(await loopwright.decide(run, { gate: gate.gate, digest, answer, ...(note ? { note } : {}) }))
await loopwright.close()
