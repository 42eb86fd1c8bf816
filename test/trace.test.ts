import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type WorkflowHandle } from '@temporalio/client'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKept } from '../client/kept.ts'
import { headline } from '../client/trace/lines.ts'
import { foldTrace } from '../client/trace/trace.ts'
import { checkChain, chained } from '../contract/chain.ts'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { TraceRecord } from '../contract/trace.ts'
import { type Reply, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { brokenSum, makeRepository } from './support/repository.ts'
import { archiveAt, ofKind, recordedTrace } from './support/traces.ts'

let bench: CoreBench
let server: ScriptedServer
let script: (made: number) => Reply

beforeAll(async () => {
  server = await startScriptedServer({ script: ({ messages }) => script(messages.filter(({ role }) => role === 'assistant').length) })
  bench = await openBench(ownWorkflows, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models: { 'openai/priced': { input: 2, output: 8 } } }))
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const edit = (search: string, replace: string): Reply => ({ toolCalls: [{ name: 'edit', arguments: { path: 'sum.js', search, replace } }] })
const finish: Reply = { toolCalls: [{ name: 'finish', arguments: { answer: 'done' } }] }

async function traceOf(run: WorkflowHandle): Promise<TraceRecord[]> {
  const history = await bench.client.workflow.getHandle(run.workflowId).fetchHistory()
  return foldTrace(archiveAt(join(bench.stateFolder, 'artifacts')), run.workflowId, [history])
}

async function openGate(run: WorkflowHandle): Promise<Gate> {
  for (;;) {
    const [gate] = await run.query<Gate[]>('gates')
    if (gate) return gate
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a trace of a run with a lost call, a feedback round and a gate says who decided what, on what, why, and what it cost', async () => {
  let asked = 0
  const turns: Reply[] = [{ ...(edit('a - b', 'a + b') as object), reasoning: 'A sum adds.' }, finish, edit('a * 3', 'a * 2'), finish]
  // The first reply breaks off: nobody knows what it cost.
  script = (made) => (++asked === 1 ? { text: 'x'.repeat(200), cutAfterBytes: 40 } : turns[made]!)
  const run = await bench.start('testAndFix', { repo: makeRepository(brokenSum), test: 'npm test', models: 'openai/priced', approve: true })
  const { gate, digest } = await openGate(run)
  await run.executeUpdate('decide', { args: [{ gate, digest: 'f'.repeat(64), answer: 'yes', by: 'eve' }] })
  const before = await traceOf(run)
  await run.executeUpdate('decide', { args: [{ gate, digest, answer: 'yes', note: 'fine', by: 'ada' }] })
  const { spent } = (await run.result()) as Outcome<unknown>
  const records = await traceOf(run)
  expect(ofKind(records, 'model').flatMap(({ thought }) => thought ?? [])).toEqual(['A sum adds.'])
  expect(records.map(headline).join('\n')).toContain('thinks “A sum adds.”, calls edit')

  expect(before.at(-1)).toMatchObject({ kind: 'end', status: 'open' })
  const models = ofKind(records, 'model')
  expect(models.map(({ cost }) => cost.charged)).toEqual(['whole', 'counted', 'counted', 'counted', 'counted'])
  expect(models[0]).toMatchObject({ status: 'failed', cost: { output: models[0]!.allowance } })
  const end = ofKind(records, 'end')[0]!
  expect(end).toMatchObject({ status: 'accepted', limits: { dollars: 5 }, counted: { calls: 5, unpriced: 0 } })
  // What the trace adds up is what the ledger charged.
  expect([end.counted.tokens, end.counted.microDollars]).toEqual([spent.tokens, spent.microDollars])
  expect(spent.microDollars).toBeGreaterThan(0)

  // And what the costs say, from the closing record alone.
  const costs = await openKept({ artifacts: join(bench.stateFolder, 'artifacts') }).costs({ since: 0, by: 'workflow' })
  const { tokens, microDollars, milliseconds } = spent
  expect(costs.rows).toMatchObject([
    { name: 'testAndFix', runs: 1, accepted: 1, calls: 5, lost: 1, each: { tokens, microDollars, milliseconds } },
  ])

  const [, first, second] = ofKind(records, 'tests')
  expect(first).toMatchObject({ accepted: false, objections: [{ id: 'sum.test.js > doubles' }], by: { kind: 'rule' } })
  expect(second).toMatchObject({ accepted: true, baseline: false })
  expect(JSON.stringify(models[3]!.told)).toContain('sum.test.js > doubles')
  expect(ofKind(records, 'tool')[0]).toMatchObject({ tool: 'edit', by: { kind: 'model', name: 'openai/priced' } })
  expect(JSON.stringify(ofKind(records, 'candidate').at(-1)?.diff)).toContain('+export const double = (a) => a * 2')
  expect(ofKind(records, 'decision')).toEqual([
    expect.objectContaining({ by: 'eve', accepted: false, reason: expect.stringContaining('something else') }),
    expect.objectContaining({ by: 'ada', accepted: true, note: 'fine', digest, proven: true, question: expect.stringContaining('Accept') }),
  ])
  for (const record of records) expect(TraceRecord.safeParse(record).error).toBeUndefined()
})

test('a run that money stopped says so at its end, and its trace adds up to what was spent', async () => {
  script = (made) => edit(`nothing ${made}`, 'x')
  const input = { repo: makeRepository(brokenSum), test: 'npm test', models: 'openai/priced', limits: { dollars: 0.02 } }
  const run = await bench.start('testAndFix', input)
  const outcome = (await run.result()) as Outcome<unknown>
  const end = ofKind(await traceOf(run), 'end')[0]!
  expect(end).toMatchObject({ status: 'stopped', reason: 'dollars', why: outcome.why, spent: outcome.spent })
  expect(end.counted.microDollars).toBe(outcome.spent.microDollars)
  expect(end.counted.microDollars).toBeLessThanOrEqual(20_000)
})

test('a run that continued as new is one trace, the same every time', async () => {
  const records = await recordedTrace('continued-as-new')
  expect(records[0]).toMatchObject({ kind: 'run', executions: 4, complete: true })
  expect(ofKind(records, 'continued').map(({ execution }) => execution)).toEqual([2, 3, 4])
  expect(ofKind(records, 'model')).toHaveLength(3)
  const end = ofKind(records, 'end')[0]!
  expect(end.counted.tokens).toBe(end.spent?.tokens)
  expect(await recordedTrace('continued-as-new')).toEqual(records)
})

test('a repair without a model is traced like any other', async () => {
  const records = await recordedTrace('accepted-by-repair')
  expect(ofKind(records, 'model')[0]).toMatchObject({ model: 'builtin/repair', cost: { microDollars: 0 } })
  expect(ofKind(records, 'tool')[0]).toMatchObject({ tool: 'repair', status: 'done' })
})

test('without its artifacts a trace keeps every hash and says that the texts are missing', async () => {
  const whole = await recordedTrace('accepted-with-a-model')
  const bare = await recordedTrace('accepted-with-a-model', mkdtempSync(join(tmpdir(), 'empty-')))
  const [withText, without] = [whole, bare].map((records) => ofKind(records, 'candidate').at(-1)!.diff as { sha256: string })
  expect(withText).toMatchObject({ text: expect.stringContaining('a + b') })
  expect(without).toEqual({ sha256: withText!.sha256, bytes: 311, missing: true })
})

test('a line that was changed, dropped, added, moved, rewritten or cut off is found by the file alone', async () => {
  const lines = chained(await recordedTrace('accepted-with-a-model'))
  const check = (changed: string[], ending = '\n') => checkChain(changed.join('\n') + ending).problem
  expect(checkChain(`${lines.join('\n')}\n`)).toEqual({ lines: lines.length, head: JSON.parse(lines.at(-1)!).hash })
  const edited = lines.map((line) => line.replace('"status":"accepted"', '"status":"stopped"'))
  expect(check(edited)).toEqual({ line: lines.length, what: 'it was changed' })
  expect(check(lines.toSpliced(4, 1))).toMatchObject({ line: 5, what: expect.stringContaining('line before') })
  expect(check(lines.toSpliced(4, 0, lines[3]!))).toMatchObject({ line: 5 })
  expect(check(lines.with(4, lines[5]!).with(5, lines[4]!))).toMatchObject({ line: 5 })
  expect(check(lines.with(2, lines[2]!.replace('{', '{ ')))).toMatchObject({ line: 3, what: expect.stringContaining('not written') })
  expect(check(lines.with(2, 'null'))).toMatchObject({ line: 3 })
  expect(check(lines.slice(0, -1))).toMatchObject({ what: expect.stringContaining('end is missing') })
  expect(check(lines.slice(1))).toMatchObject({ line: 1 })
  expect(check(lines, '')).toMatchObject({ what: expect.stringContaining('end is missing') })
  expect(check([], '')).toMatchObject({ what: expect.stringContaining('end is missing') })
  const reborn = chained([{ kind: 'continued', at: 1, execution: 2 }])
  expect(check(reborn)).toMatchObject({ line: 1, what: 'the beginning is missing' })
})
