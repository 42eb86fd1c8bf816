import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect } from 'loopwright'
import { startScriptedServer } from 'loopwright/testing'
import { startServer, startWorker } from 'loopwright/worker'
import script from './script.mjs'

const beside = (name) => fileURLToPath(new URL(name, import.meta.url))

test('what the rules object to comes back to the model, and the next proposal is accepted', async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'ownLoop-'))
  // Whatever fails, what was started is ended, the last first.
  const ends = [() => rm(stateFolder, { recursive: true, force: true })]
  try {
    const models = await startScriptedServer({ script })
    ends.unshift(() => models.close())
    const server = await startServer({ stateFolder, ui: false })
    ends.unshift(() => server.stop())
    const environment = { OPENAI_BASE_URL: models.url, OPENAI_API_KEY: 'none' }
    const worker = await startWorker({ address: server.address, stateFolder, workflowsPath: beside('./workflow.ts'), environment })
    const running = worker.run()
    ends.unshift(() => (worker.shutdown(), running))
    const loopwright = await connect({ address: server.address, stateFolder })
    ends.unshift(() => loopwright.close())
    const input = JSON.parse(await readFile(beside('./example.json'), 'utf8'))
    const outcome = await loopwright.result(await loopwright.start('ownLoop', input))
    assert.equal(outcome.status, 'accepted', outcome.why)
    assert.equal(outcome.value, 'Durable loops that stop by themselves')
    assert.equal(outcome.spent.attempts, 2)
    assert.match(JSON.stringify(models.requests.at(-1).messages), /It lacks the word durable/)
  } finally {
    for (const end of ends) await end()
  }
})
