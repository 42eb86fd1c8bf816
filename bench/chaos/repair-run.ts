import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type WorkflowHandle } from '@temporalio/client'
import { scriptOfToolCalls, type ScriptedServer, startScriptedServer } from '../../testing/index.ts'
import { brokenSum, makeRepository } from '../../test/support/repository.ts'

/** A small `testAndFix` run: a model makes two edits, and with them the tests pass. */
export interface RepairRun {
  model: ScriptedServer
  repo: string
  stateFolder: string
  taskQueue: string
  environment: Record<string, string>
  run: WorkflowHandle
}

const turns = [
  { name: 'edit', arguments: { path: 'sum.js', search: 'a - b', replace: 'a + b' } },
  { name: 'edit', arguments: { path: 'sum.js', search: 'a * 3', replace: 'a * 2' } },
  { name: 'finish', arguments: { answer: 'done' } },
]
/** What a run in which nothing is lost asks of the model. */
export const neededModelCalls = turns.length

/** A call of no tool, with so much in it that what the run carries on does not fit inline: it is kept in the artifact store. */
const ballast = {
  name: 'ponder',
  arguments: Object.fromEntries(Array.from({ length: 36 }, (_, index) => [`thought${index}`, 'x'.repeat(500)])),
}

/** Starts one; with `seams` it continues as new after every step, and carries so much that it must be kept in the artifact store. */
export async function startRepairRun(client: Client, { seams = false }: { seams?: boolean } = {}): Promise<RepairRun> {
  const model = await startScriptedServer({ script: scriptOfToolCalls(seams ? turns.map((turn) => [turn, ballast]) : turns) })
  const taskQueue = `chaos-${randomUUID()}`
  const repo = makeRepository(brokenSum)
  const input = { repo, test: 'node --test', models: 'openai/x', limits: { dollars: 'none' } }
  const run = await client.workflow.start('testAndFix', {
    taskQueue,
    workflowId: `testAndFix-${randomUUID()}`,
    args: seams ? [input, { seamEvery: 1 }] : [input],
  })
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  return { model, repo, stateFolder, taskQueue, environment: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'key' }, run }
}
