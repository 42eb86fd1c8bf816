import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { type WorkflowHandle } from '@temporalio/client'
import { foldHistory } from '../client/graph.ts'
import { foldTrace } from '../client/trace/trace.ts'
import { folderStore } from '../store/folder.ts'
import { type Gate, type Status } from '../contract/messages.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
let server: ScriptedServer
/** Requests that the server is answering now, and the most there ever were. */
const open = { now: 0, most: 0 }

beforeAll(async () => {
  server = await startScriptedServer({
    script: ({ maxTokens }) => {
      open.most = Math.max(open.most, ++open.now)
      setTimeout(() => open.now--, 40)
      return { text: 'y'.repeat((maxTokens ?? 10) * 4), delayMilliseconds: 40 }
    },
  })
  bench = await openBench('./workflows/children.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const childOf = (run: WorkflowHandle, branch: number) =>
  bench.client.workflow.getHandle(`${run.workflowId}/parallel#1/branch#${branch}/worker#1`)

/** Asks until what is asked for is there; a child that has not started yet answers nothing. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

for (const carried of [undefined, { seamEvery: 1 }, { seamEvery: 2 }, { seamEvery: 3 }]) {
  const when = carried ? ` when it continues as new after every ${carried.seamEvery} steps` : ''
  test(`runs of their own give their outcomes in order and what they spent is their parent's${when}`, async () => {
    const before = server.counts.chargedTokens
    const tasks = [
      { do: 'ask', times: 3, limits: { tokens: 20_000 } },
      { do: 'put', times: 2, limits: { tokens: 20_000 } },
      { do: 'nest', times: 3, limits: { tokens: 20_000 } },
    ]
    const run = await bench.start('parent', { tasks, beside: 4 }, carried)
    const outcome = await run.result()
    expect(outcome).toMatchObject({ status: 'accepted', value: ['accepted 3', 'accepted 2', 'accepted 3', 'beside'] })
    expect(outcome.spent.tokens).toBe(server.counts.chargedTokens - before)
  })
}

test('children never spend more than their slices, nor all together more than the run', async () => {
  const before = server.counts.chargedTokens
  const tasks = Array.from({ length: 6 }, () => ({ do: 'ask', times: 10, limits: { tokens: 2_000 } }))
  const run = await bench.start('parent', { tasks, limits: { tokens: 7_000, dollars: 'none', concurrency: 20 } })
  const outcome = await run.result()
  expect(outcome.value).toContain('stopped tokens')
  const charged = server.counts.chargedTokens - before
  expect(charged).toBeGreaterThan(2_000)
  expect(charged).toBeLessThanOrEqual(7_000)
  expect(outcome.spent.tokens).toBe(charged)
})

test('a child without limits of its own takes what is left, and gives back what it did not spend', async () => {
  const tasks = Array.from({ length: 3 }, () => ({ do: 'ask', times: 1 }))
  const run = await bench.start('parent', { tasks, limits: { tokens: 5_000 } })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: ['accepted 1', 'accepted 1', 'accepted 1'] })
})

test('the concurrency of a run holds over its children', async () => {
  open.most = 0
  const tasks = Array.from({ length: 4 }, () => ({ do: 'ask', times: 6, limits: { tokens: 50_000, concurrency: 2 } }))
  const run = await bench.start('parent', { tasks, limits: { concurrency: 3 } })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
  expect(open.most).toBeLessThanOrEqual(3)
  expect(open.most).toBeGreaterThan(1)
})

test('the concurrency of a run holds over the children of its children, in all their branches', async () => {
  open.most = 0
  const tasks = Array.from({ length: 2 }, () => ({ do: 'tree', times: 3, limits: { tokens: 400_000 } }))
  const run = await bench.start('parent', { tasks, limits: { concurrency: 3 } })
  // Two trees of seven runs with four questions each, each of which would ask all four at once.
  expect(await run.result()).toMatchObject({ status: 'accepted', value: ['accepted 28', 'accepted 28'] })
  expect(open.most).toBeLessThanOrEqual(3)
  expect(open.most).toBeGreaterThan(1)
})

test("a child's failure is its parent's to handle, names the child, and costs what it spent", async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'fail' }] })
  const error = await run.result().catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    cause: { type: 'ChildFailed', message: expect.stringContaining('this task is broken'), details: [{ spent: { tokens: 0 } }] },
  })
  expect(error.cause.details[0].next).toContain(`${run.workflowId}/parallel#1/branch#1/worker#1`)
})

test('a child that was killed is charged its whole slice', async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'wait', limits: { tokens: 4_000, dollars: 0.5 } }] })
  const handle = childOf(run, 1)
  await until(async () => (await handle.query<Gate[]>('gates'))[0])
  await handle.terminate('killed by hand')
  const error = await run.result().catch((caught: unknown) => caught)
  expect(error.cause).toMatchObject({ type: 'ChildFailed', message: expect.stringContaining('killed') })
  expect(error.cause.details[0].spent).toMatchObject({ tokens: 4_000, microDollars: 500_000 })
})

test('a child that a person stops is an outcome for its parent', async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'wait' }] })
  const handle = childOf(run, 1)
  await until(async () => (await handle.query<Gate[]>('gates'))[0])
  await handle.cancel()
  expect(await run.result()).toMatchObject({ status: 'accepted', value: ['stopped cancelled'] })
})

test('who stops a run stops its children, and each ends with an outcome of its own', async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'wait', limits: { tokens: 9_000 } }] })
  const handle = childOf(run, 1)
  await until(async () => (await handle.query<Gate[]>('gates'))[0])
  await run.cancel()
  const outcome = await run.result()
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'cancelled', spent: { tokens: 0 } })
  expect(await handle.result()).toMatchObject({ status: 'stopped', reason: 'cancelled' })
})

test('pause and resume hold for the whole tree', async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'put', times: 100 }] })
  const handle = childOf(run, 1)
  await until(() => handle.query<Status>('status'))
  await run.executeUpdate('pause', { args: [{ now: true }] })
  await until(async () => (await handle.query<Status>('status')).status === 'paused')
  expect((await run.query<Status>('status')).open.map(({ kind }) => kind)).toContain('child')
  await run.executeUpdate('resume', { args: [{}] })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: ['accepted 100'] })
})

test('the slice of a child is raised by extending its parent only', async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'wait' }] })
  const handle = childOf(run, 1)
  const gate = await until(async () => (await handle.query<Gate[]>('gates'))[0])
  expect(await handle.executeUpdate('extend', { args: [{ limits: { tokens: 900_000_000 } }] })).toMatchObject({
    accepted: false,
    reason: expect.stringContaining(run.workflowId),
  })
  await handle.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer: 'yes' }] })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
})

test('a workflow that starts itself ends at the fifth level, in words', async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'nest', times: 9 }] })
  await expect(run.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('4 runs stand above it') } })
})

test('a child stands in the graph of its parent at its stage', async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'put' }, { do: 'put' }] })
  await run.result()
  const { nodes } = foldHistory([await run.fetchHistory()])
  expect(nodes.filter(({ kind }) => kind === 'child')).toMatchObject([
    { path: 'parallel#1/branch#1/worker#1', status: 'done', label: 'child worker' },
    { path: 'parallel#1/branch#2/worker#1', status: 'done' },
  ])
})

test("a child stands in its parent's trace with how it ended", async () => {
  const run = await bench.start('parent', { tasks: [{ do: 'put' }, { do: 'ask', times: 9, limits: { tokens: 300 } }] })
  await run.result()
  const archive = { store: folderStore(join(bench.stateFolder, 'artifacts')), converter: bench.client.options.loadedDataConverter }
  const records = await foldTrace(archive, run.workflowId, [await run.fetchHistory()])
  const children = records.filter((record) => record.kind === 'step' && record.what === 'child worker')
  expect(children).toMatchObject([
    { path: 'parallel#1/branch#1/worker#1', status: 'done', text: 'accepted: done' },
    { path: 'parallel#1/branch#2/worker#1', status: 'done', text: expect.stringMatching(/^stopped: .*tokens/) },
  ])
})
