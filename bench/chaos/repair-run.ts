import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

/** In a narrow window what was read does not stay in the conversation: it is left out, and brought back. */
const reading = [
  [turns[0]!, { name: 'read', arguments: { path: 'notes.txt' } }],
  [turns[1]!, { name: 'earlier', arguments: { message: 4 } }],
  turns[2]!,
]
const notes = 'What was noted about sums. '.repeat(40).concat('\n').repeat(20)
const narrowWindow = 12_000

const scripts = { repair: turns, seams: turns.map((turn) => [turn, ballast]), narrow: reading }

/** The model of such runs; several may ask it under names of their own. */
export function startRepairModel(kind: keyof typeof scripts = 'repair'): Promise<ScriptedServer> {
  return startScriptedServer({ script: scriptOfToolCalls(scripts[kind]) })
}

/** Starts one. */
export async function startRepairRun(
  client: Client,
  at: { taskQueue: string; stateFolder: string; model: ScriptedServer; modelName: string },
  carried?: unknown,
  files: Record<string, string> = {},
): Promise<RepairRun> {
  const repo = makeRepository({ ...brokenSum, ...files })
  const input = { repo, test: 'node --test', setup: 'mkdir node_modules', models: `openai/${at.modelName}`, limits: { dollars: 'none' } }
  const run = await client.workflow.start('testAndFix', {
    taskQueue: at.taskQueue,
    workflowId: `testAndFix-${randomUUID()}`,
    args: carried === undefined ? [input] : [input, carried],
  })
  return { run, repo, ...at }
}

/** One with workers as a user starts them; with `seams` it continues as new after every step, with much to carry. */
export async function repairScenario(client: Client, address: string, kind: keyof typeof scripts = 'repair'): Promise<Scenario> {
  const model = await startRepairModel(kind)
  const taskQueue = `chaos-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  if (kind === 'narrow')
    writeFileSync(join(stateFolder, 'models.json'), JSON.stringify({ models: { 'openai/x': { window: narrowWindow } } }))
  const carried = kind === 'seams' ? { seamEvery: 1 } : undefined
  const files: Record<string, string> = kind === 'narrow' ? { 'notes.txt': notes } : {}
  const repair = await startRepairRun(client, { taskQueue, stateFolder, model, modelName: 'x' }, carried, files)
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
