import { afterEach, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { type Outcome } from '../contract/outcome.ts'
import { type Patch } from '../contract/workspace.ts'
import { folderStore } from '../store/folder.ts'
import { scriptOfToolCalls, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { brokenSum, makeRepository } from './support/repository.ts'
import { endWorkers, startWorkerProcess } from './support/worker-process.ts'

const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
let server: ScriptedServer | undefined

afterEach(async () => {
  endWorkers()
  await server?.close()
})

test('a run whose worker is killed in a model call ends accepted, and its ledger is what the provider counted plus at most the lost call', async () => {
  const fixer = scriptOfToolCalls([
    { name: 'edit', arguments: { path: 'sum.js', search: 'a - b', replace: 'a + b' } },
    { name: 'edit', arguments: { path: 'sum.js', search: 'a * 3', replace: 'a * 2' } },
    { name: 'finish', arguments: { answer: 'done' } },
  ])
  server = await startScriptedServer({ script: (request) => (request.count === 2 ? { hang: true } : fixer(request)) })
  const taskQueue = `kill-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const first = startWorkerProcess(taskQueue, stateFolder, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
  const connection = await Connection.connect({ address })
  const run = await new Client({ connection }).workflow.start('testAndFix', {
    taskQueue,
    workflowId: `testAndFix-${randomUUID()}`,
    args: [{ repo: makeRepository(brokenSum), test: 'npm test', models: 'openai/x' }],
  })
  await server.when(({ requests }) => requests === 2)
  first.kill('SIGKILL')
  startWorkerProcess(taskQueue, stateFolder, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
  const outcome = (await run.result()) as Outcome<Patch>
  expect(outcome).toMatchObject({ status: 'accepted', spent: { attempts: 1 } })

  const certificate = JSON.parse(await folderStore(join(stateFolder, 'artifacts')).text(outcome.certificate!.sha256)) as {
    models: Record<string, { tries: number; lost: number; tokens: number }>
  }
  const record = certificate.models['openai/x']!
  expect(record).toMatchObject({ tries: 4, lost: 1 })
  expect(server.counts.requests).toBe(4)
  const lost = record.tokens - server.counts.chargedTokens
  expect(lost).toBeGreaterThanOrEqual(0)
  await connection.close()
}, 120_000)
