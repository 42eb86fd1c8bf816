import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type WorkflowHandle } from '@temporalio/client'
import { type Outcome } from '../../contract/outcome.ts'
import { type Patch } from '../../contract/workspace.ts'
import { scriptOfToolCalls, type ScriptedServer, startScriptedServer } from '../../testing/index.ts'
import { brokenSum, makeRepository } from '../../test/support/repository.ts'
import { judgeRepair } from './judge-repair.ts'
import { packageFolder } from './places.ts'
import { type Scenario } from './scenario.ts'
import { startWorkerProcess } from './worker-process.ts'

/** A small `testAndFix` run: a model makes two edits, and with them the tests pass. */
export interface RepairRun {
  run: WorkflowHandle
  repo: string
  stateFolder: string
  model: ScriptedServer
  modelName: string
}

const turns = [
  { name: 'edit', arguments: { path: 'sum.js', search: 'a - b', replace: 'a + b' } },
  { name: 'edit', arguments: { path: 'sum.js', search: 'a * 3', replace: 'a * 2' } },
  { name: 'finish', arguments: { answer: 'done' } },
]
/** A call of no tool, with so much in it that what the run carries on does not fit inline: it is kept in the artifact store. */
const ballast = {
  name: 'ponder',
  arguments: Object.fromEntries(Array.from({ length: 36 }, (_, index) => [`thought${index}`, 'x'.repeat(500)])),
}

/** The model of such runs; several may ask it under names of their own. */
export function startRepairModel(long = false): Promise<ScriptedServer> {
  return startScriptedServer({ script: scriptOfToolCalls(long ? turns.map((turn) => [turn, ballast]) : turns) })
}

/** Starts one. */
export async function startRepairRun(
  client: Client,
  at: { taskQueue: string; stateFolder: string; model: ScriptedServer; modelName: string },
  carried?: unknown,
): Promise<RepairRun> {
  const repo = makeRepository(brokenSum)
  const input = { repo, test: 'node --test', setup: 'mkdir node_modules', models: `openai/${at.modelName}`, limits: { dollars: 'none' } }
  const run = await client.workflow.start('testAndFix', {
    taskQueue: at.taskQueue,
    workflowId: `testAndFix-${randomUUID()}`,
    args: carried === undefined ? [input] : [input, carried],
  })
  return { run, repo, ...at }
}

/** One with workers as a user starts them; with `seams` it continues as new after every step, with much to carry. */
export async function repairScenario(client: Client, address: string, { seams = false } = {}): Promise<Scenario> {
  const model = await startRepairModel(seams)
  const taskQueue = `chaos-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const repair = await startRepairRun(client, { taskQueue, stateFolder, model, modelName: 'x' }, seams ? { seamEvery: 1 } : undefined)
  const main = join(packageFolder, 'dist', 'cli', 'main.js')
  const words = [main, 'worker', '--address', address, '--task-queue', taskQueue, '--state-folder', stateFolder]
  return {
    run: repair.run,
    startWorker: (environment) => startWorkerProcess(words, { ...environment, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'key' }),
    judge: (outcome, killedAt) => judgeRepair(outcome as Outcome<Patch>, repair, killedAt.filter(cutsModelCall).length),
    async close() {
      await model.close()
      for (const folder of [repair.repo, stateFolder]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether a model call may be cut off there; the store's points are passed inside of it, too. */
function cutsModelCall(point: string): boolean {
  return point.startsWith('model.') || point.startsWith('activity.callModel') || point.startsWith('store.')
}
