// Follows a run until it ends: node watch-run.js RUN
import { connect } from '../index.ts'

const [prefix] = process.argv.slice(2)
if (!prefix) throw new Error('usage: watch-run RUN')

const loopwright = await connect()
for await (const event of loopwright.watch(await loopwright.resolve(prefix))) {
  if (event.kind === 'status') console.log(`${event.status.status}: ${event.status.why}`)
  if (event.kind === 'silent') console.log(event.why)
  if (event.kind === 'ended') console.log(event.outcome?.why ?? event.failure?.message)
}
await loopwright.close()
