// Starts a run: node start-test-and-fix.js /path/to/repository "npm test" [model]
import { connect } from '../index.ts'

const [repo, test, models = 'builtin/repair'] = process.argv.slice(2)
if (!repo || !test) throw new Error('usage: start-test-and-fix REPOSITORY TEST-COMMAND [MODEL]')

const loopwright = await connect()
const run = await loopwright.start('testAndFix', { repo, test, models })
console.log(run)
await loopwright.close()
