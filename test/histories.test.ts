import { expect, test } from '@jest/globals'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { scriptOfToolCalls, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { testBundle } from './support/bundle.ts'
import { replayHistory } from '../workers/replay.ts'
import { openBench } from './support/core.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

/** Recorded histories are kept and replayed for ever. To add one: a scenario here, then LOOPWRIGHT_RECORD=1 and this file alone. */
const folder = fileURLToPath(new URL('./histories/', import.meta.url))
const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'sum.js', search, replace } })
const finish = { name: 'finish', arguments: { answer: 'done' } }
const scenarios: Record<string, { input: object; carried?: object; script?: Parameters<typeof scriptOfToolCalls>[0] }> = {
  'accepted-with-a-model': { input: { models: 'openai/scripted' }, script: [edit('a - b', 'a + b'), edit('a * 3', 'a * 2'), finish] },
  'accepted-by-repair': { input: {} },
  'continued-as-new': {
    input: { models: 'openai/scripted' },
    carried: { seamEvery: 3 },
    script: [edit('a - b', 'a + b'), edit('a * 3', 'a * 2'), finish],
  },
  'stopped-without-progress': { input: { models: 'openai/scripted' }, script: [finish] },
}

async function record(name: string): Promise<void> {
  const { input, carried, script = [] } = scenarios[name]!
  const server = await startScriptedServer({ script: scriptOfToolCalls(script) })
  const bench = await openBench(ownWorkflows, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
  try {
    const run = await bench.start('testAndFix', { repo: makeRepository(brokenSum), test: 'npm test', ...input }, carried)
    await run.result()
    const target = join(folder, name)
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    const executions: { started: number; json: string }[] = []
    for await (const { runId, startTime } of bench.client.workflow.list({ query: `WorkflowId = '${run.workflowId}'` })) {
      const history = await bench.client.workflow.getHandle(run.workflowId, runId).fetchHistory()
      executions.push({
        started: startTime.getTime(),
        json: historyToJSON(history).replaceAll(/"identity":\s*"[^"]*"/g, '"identity": "recorded"'),
      })
    }
    executions.sort((a, b) => a.started - b.started)
    for (const [index, { json }] of executions.entries()) writeFileSync(join(target, `execution-${index + 1}.json`), json)
    cpSync(join(bench.stateFolder, 'artifacts'), join(target, 'artifacts'), { recursive: true })
  } finally {
    await bench.close()
    await server.close()
  }
}

if (process.env.LOOPWRIGHT_RECORD) {
  for (const name of Object.keys(scenarios)) test(`records ${name}`, () => record(name), 120_000)
}

const recorded = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : []
const bundle = testBundle()

test('every scenario has a recorded history', () => {
  expect(recorded.map(({ name }) => name).sort()).toEqual(
    expect.arrayContaining(process.env.LOOPWRIGHT_RECORD ? [] : Object.keys(scenarios).sort()),
  )
})

for (const { name } of recorded) {
  test(`the recorded history ${name} replays with the same decisions`, async () => {
    const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.json'))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const history: unknown = JSON.parse(readFileSync(join(folder, name, file), 'utf8'))
      expect(await replayHistory(history, { bundle: await bundle })).toEqual({ events: (history as { events: unknown[] }).events.length })
    }
  })
}

test('a history of other decisions is found out', async () => {
  const file = join(folder, 'accepted-with-a-model', 'execution-1.json')
  const changed = readFileSync(file, 'utf8').replaceAll('"activityId": "loop#1/', '"activityId": "loop#2/')
  expect(await replayHistory(JSON.parse(changed), { bundle: await bundle })).toMatchObject({ divergence: expect.stringContaining('loop#') })
})
