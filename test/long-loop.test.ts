import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type WorkflowHandle, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { join } from 'node:path'
import { foldHistory } from '../client/graph.ts'
import { type ModelRecord } from '../contract/carried.ts'
import { type Gate, type Status } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { folderStore } from '../store/folder.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { saidIn } from './support/player.ts'

/** LOOPWRIGHT_LONG_ATTEMPTS=2000 is the whole length; what is tried every time continues as new just as well, only less often. */
const attempts = Number(process.env['LOOPWRIGHT_LONG_ATTEMPTS'] ?? 550)
let bench: CoreBench
let server: ScriptedServer
const questions: string[] = []

beforeAll(async () => {
  server = await startScriptedServer({
    script: (request) => {
      const said = saidIn(request)
      if (request.tools.length === 0) questions.push(said)
      else return { toolCalls: [{ name: 'finish', arguments: { answer: /says: (.*)/.exec(said)?.[1] ?? 'nothing' } }] }
      return 'ok'
    },
    keep: 1,
  })
  bench = await openBench('./workflows/enduring.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

test(`a loop of ${attempts} attempts continues as new in its middle, with ledger, open gate, steering and graph, and who waits does not notice`, async () => {
  const limits = { attempts, tokens: 100_000_000, minutes: 600 }
  const run = await bench.start('enduring', { target: attempts, models: 'openai/x', limits })
  const waiting = run.result()
  const before = await untilGate(run)
  await run.executeUpdate('steer', { args: [{ text: 'Remember the moon.', by: 'ada' }] })
  await server.when(({ requests }) => requests >= attempts)
  const after = await untilGate(run)
  // The same question, open since the same moment, now in a later execution.
  expect(after).toEqual(before)
  expect((await run.query<Status>('status')).continued).toBeGreaterThanOrEqual(Math.floor(attempts / 350))
  await run.executeUpdate('decide', { args: [{ gate: after.gate, digest: after.digest, answer: 'yes' }] })
  const outcome = await waiting
  expect(outcome).toMatchObject({
    status: 'accepted',
    value: { reached: attempts, answer: 'yes', said: '{"answer":"Remember the moon."}' },
  })
  // Every attempt was asked for, in order, with the best and the objection of the one before; again only where a call was lost on a busy machine.
  const expected = Array.from(
    { length: attempts },
    (_, done) => `attempt ${done + 1}, best ${done}, told ${done ? `${done} is not enough` : 'nothing'}`,
  )
  expect([...new Set(questions)]).toEqual(expected)
  const { lost } = await recordOf(outcome)
  expect(questions.length - attempts).toBeLessThanOrEqual(lost)
  if (lost === 0) expect(outcome.spent.tokens).toBe(server.counts.chargedTokens)
  expect(outcome.spent.tokens).toBeGreaterThanOrEqual(server.counts.chargedTokens)

  const { nodes } = foldHistory(await historiesOf(run))
  const loopNodes = nodes.filter(({ path }) => /^parallel#1\/branch#1\/loop#1\/attempt#\d+$/.test(path)).map(({ path }) => path)
  expect(loopNodes).toEqual(expected.map((_, index) => `parallel#1/branch#1/loop#1/attempt#${index + 1}`))
  expect(nodes.filter(({ kind }) => kind === 'gate').map(({ path }) => path)).toEqual([after.gate])
}, 600_000)

async function untilGate(run: WorkflowHandle): Promise<Gate> {
  for (;;) {
    const [gate] = await run.query<Gate[]>('gates')
    if (gate) return gate
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function recordOf({ certificate }: Outcome<unknown>): Promise<ModelRecord> {
  const text = await folderStore(join(bench.stateFolder, 'artifacts')).text(certificate!.sha256)
  return (JSON.parse(text) as { models: Record<string, ModelRecord> }).models['openai/x']!
}

async function historiesOf({ workflowId, firstExecutionRunId }: WorkflowHandleWithFirstExecutionRunId) {
  const histories = []
  for (let runId: string | null | undefined = firstExecutionRunId; runId;) {
    const history = await bench.client.workflow.getHandle(workflowId, runId).fetchHistory()
    histories.push(history)
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId
  }
  return histories
}
