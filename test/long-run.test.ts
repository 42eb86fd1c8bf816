import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Outcome } from '../contract/outcome.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

/** LOOPWRIGHT_LONG_TURNS=300 passes 200,000 tokens; what is tried every time continues as new just as well, only less often. */
const turns = Number(process.env['LOOPWRIGHT_LONG_TURNS'] ?? 200)
let bench: CoreBench
let server: ScriptedServer

beforeAll(async () => {
  server = await startScriptedServer({
    // Each turn adds some 3 kB of reasoning and a tool call.
    script: ({ messages }) => {
      const turn = messages.filter(({ role }) => role === 'assistant').length + 1
      if (turn > turns) return { toolCalls: [{ name: 'finish', arguments: { answer: `read ${turns} times` } }] }
      return { text: `turn ${turn} `.repeat(300), toolCalls: [{ name: 'read', arguments: { path: 'notes.txt', to: 100 + turn } }] }
    },
    keep: 1,
  })
  bench = await openBench('./workflows/models.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
  writeFileSync(
    join(bench.stateFolder, 'models.json'),
    JSON.stringify({ models: { 'openai/long': { input: 0, output: 0, window: 1_000_000, maxOutput: 8_000 } } }),
  )
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

test(`a run of ${turns} turns continues as new by itself, and its history grows by a constant per turn`, async () => {
  const repo = makeRepository({ 'notes.txt': 'A note that is read again and again.\n'.repeat(20) })
  const limits = { tokens: 900_000_000, minutes: 600 }
  const run = await bench.start('reading', { models: 'openai/long', repo, turns: turns + 1, maxOutputTokens: 2_000, limits })
  const outcome = (await run.result()) as Outcome<{ answer: string; turns: number; bytes: number }>
  expect(outcome).toMatchObject({ status: 'accepted', value: { turns: turns + 1, answer: `read ${turns} times` } })
  expect(outcome.value!.bytes).toBeGreaterThan(turns * 2_700)

  const executions: { events: number; bytes: number; turns: number }[] = []
  for await (const { runId } of bench.client.workflow.list({ query: `WorkflowId = '${run.workflowId}'` })) {
    const handle = bench.client.workflow.getHandle(run.workflowId, runId)
    const { events } = await handle.fetchHistory()
    const { historySize } = await handle.describe()
    const asked = (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'callModel').length
    executions.push({ events: events?.length ?? 0, bytes: historySize ?? Infinity, turns: asked })
  }
  expect(executions.length).toBeGreaterThan(1)
  // More only where a call was lost on a busy machine.
  expect(executions.reduce((sum, execution) => sum + execution.turns, 0)).toBeGreaterThanOrEqual(turns + 1)
  for (const { events, bytes, turns: asked } of executions) {
    expect(events).toBeLessThanOrEqual(40 + asked * 13)
    expect(bytes).toBeLessThanOrEqual(40_000 + asked * 4_000)
  }
}, 600_000)
