import { afterEach, expect, test } from '@jest/globals'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { type Outcome } from '../contract/outcome.ts'
import { type Patch } from '../contract/workspace.ts'
import { folderStore } from '../store/folder.ts'
import { scriptOfToolCalls, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
let workers: ChildProcess[] = []
let server: ScriptedServer | undefined

afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL')
  workers = []
  await server?.close()
})

/** A real worker process, as a user starts it. */
function startWorker(taskQueue: string, stateFolder: string): ChildProcess {
  const environment = { ...process.env, OPENAI_BASE_URL: server!.url, OPENAI_API_KEY: 'key' }
  const words = ['worker', '--address', address, '--task-queue', taskQueue, '--state-folder', stateFolder]
  const worker = spawn(process.execPath, [main, ...words], { env: environment, stdio: 'ignore' })
  workers.push(worker)
  return worker
}

test('a run whose worker is killed in a model call ends accepted, and its ledger is what the provider counted plus at most the lost call', async () => {
  const fixer = scriptOfToolCalls([
    { name: 'edit', arguments: { path: 'sum.js', search: 'a - b', replace: 'a + b' } },
    { name: 'edit', arguments: { path: 'sum.js', search: 'a * 3', replace: 'a * 2' } },
    { name: 'finish', arguments: { answer: 'done' } },
  ])
  server = await startScriptedServer({ script: (request) => (request.count === 2 ? { hang: true } : fixer(request)) })
  const taskQueue = `kill-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const first = startWorker(taskQueue, stateFolder)
  const connection = await Connection.connect({ address })
  const run = await new Client({ connection }).workflow.start('testAndFix', {
    taskQueue,
    workflowId: `testAndFix-${randomUUID()}`,
    args: [{ repo: makeRepository(brokenSum), test: 'npm test', models: 'openai/x' }],
  })
  await server.when(({ requests }) => requests === 2)
  first.kill('SIGKILL')
  startWorker(taskQueue, stateFolder)
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
