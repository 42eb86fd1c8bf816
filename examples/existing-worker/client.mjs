import { Client, Connection } from '@temporalio/client'
import { connect } from 'loopwright'

const [name, repo, test] = process.argv.slice(2)
const address = process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233'

// What was started before is started as before.
const connection = await Connection.connect({ address })
const { workflow } = new Client({ connection })
console.log(await workflow.execute('greet', { taskQueue: 'greetings', workflowId: `greet-${name}`, args: [name] }))
await connection.close()

const loopwright = await connect({ address, taskQueue: 'greetings' })
const { status, why, value } = await loopwright.result(await loopwright.start('testAndFix', { repo, test }))
console.log(`${status}: ${why} ${value?.branch ?? ''}`)
await loopwright.close()
