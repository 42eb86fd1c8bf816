import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type WorkflowHandle } from '@temporalio/client'
import { z } from 'zod'
import { type OwnTool } from '../activities/effects/tool.ts'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type CoreBench, openBench } from './support/core.ts'

jest.setTimeout(120_000)

const file = join(mkdtempSync(join(tmpdir(), 'loopwright-tree-')), 'policy.json')
const workflows = fileURLToPath(new URL('./support/workflows/policies.ts', import.meta.url))
/** What was done, by its texts. */
const done: string[] = []
const text = z.strictObject({ text: z.string() })
const reading = (name: string, tag: 'reads_private' | 'reads_untrusted'): OwnTool => ({
  ...{ name, description: 'Reads.', arguments: z.strictObject({}), class: 'read', tags: [tag] },
  perform: async () => name,
})
const tools: OwnTool[] = [
  reading('look', 'reads_private'),
  reading('news', 'reads_untrusted'),
  {
    ...{ name: 'mail', description: 'Sends.', arguments: text, tags: ['acts_outside'] },
    perform: async ({ text: said }) => `sent ${done.push(String(said))}`,
  },
  {
    ...{ name: 'order', description: 'Orders.', arguments: text },
    prepare: async () => ({ show: { price: 5 }, dollars: 5 }),
    perform: async ({ text: said }) => `ordered ${done.push(String(said))}`,
  },
  {
    ...{ name: 'slow', description: 'Takes its time.', arguments: text },
    perform: async ({ text: said }) => {
      await new Promise((resolve) => setTimeout(resolve, 150))
      return `took ${done.push(String(said))}`
    },
  },
]

let bench: CoreBench
beforeAll(async () => {
  write([])
  bench = await openBench(workflows, { LOOPWRIGHT_POLICY: file }, tools)
}, 120_000)
afterAll(() => bench.close())

function write(rules: object[]): void {
  writeFileSync(file, JSON.stringify({ rules: [{ name: 'all', then: 'allow', tools: ['look', 'news'] }, ...rules] }))
}
const call = (tool: string, said?: string) => ({ tool, arguments: said === undefined ? {} : { text: said } })
const mails = (...said: string[]) => said.map((one) => call('mail', one))
const valueOf = async (run: WorkflowHandle) => ((await run.result()) as Outcome<string[]>).value ?? []

async function gateOf(run: WorkflowHandle): Promise<Gate> {
  for (;;) {
    const [gate] = await run.query<Gate[]>('gates').catch(() => [])
    if (gate) return gate
    const { status } = await run.describe().catch(() => ({ status: { name: 'RUNNING' } }))
    if (status.name !== 'RUNNING') throw new Error(`${run.workflowId} is ${status.name} without a question`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const no = (run: WorkflowHandle, { gate, digest }: Gate) =>
  run.executeUpdate('decide', { args: [{ gate, digest, answer: 'no', by: 'ada' }] })

for (const carried of [undefined, { seamEvery: 1 }]) {
  const when = carried ? ', also when each of them continues as new after every step' : ''

  test(`a rule allows as many calls as its limit says to a run and all those below it together${when}`, async () => {
    write([{ name: 'three', then: 'allow', tools: ['mail'], limits: { calls: 3 } }])
    const before = done.length
    const below = { before: mails('a', 'b'), children: [{ before: mails('c') }] }
    const said = await valueOf(await bench.start('family', { children: [below, below], after: mails('d', 'e') }, carried))
    expect(done.slice(before)).toHaveLength(3)
    expect(said.filter((one) => one === 'done')).toHaveLength(3)
    expect(new Set(said)).toEqual(new Set(['done', expect.stringContaining('the run has used up the 3 calls of the rule three')]))
    expect(said).toHaveLength(8)
  })

  test(`what a run has done counts for those that it starts later${when}`, async () => {
    write([{ name: 'two', then: 'allow', tools: ['order'], limits: { dollars: 10 } }])
    const before = done.length
    const orders = [call('order', 'pens'), call('order', 'ink')]
    const said = await valueOf(await bench.start('family', { before: orders, children: [{ before: orders }] }, carried))
    expect(said).toEqual(['done', 'done', ...Array(2).fill(expect.stringContaining('the 10 dollars of the rule two'))])
    expect(done.length - before).toBe(2)
  })
}

test('the time that a run below has taken of a rule is taken of those above and beside it', async () => {
  write([{ name: 'moment', then: 'allow', tools: ['slow'], limits: { minutes: 0.002 } }])
  const child = { before: [call('slow', 'below')] }
  const said = await valueOf(await bench.start('family', { children: [{ children: [child] }], after: [call('slow', 'above')] }))
  expect(said).toEqual(['done', expect.stringContaining('the 0.002 minutes of the rule moment')])
})

test('what runs beside each other were refused is not lost: a limit is used up to its end', async () => {
  write([{ name: 'six', then: 'allow', tools: ['mail'], limits: { calls: 6 } }])
  const before = done.length
  const children = ['a', 'b', 'c', 'd'].map((name) => ({ before: mails(`${name}1`, `${name}2`, `${name}3`), limits: { tokens: 1_000 } }))
  const said = await valueOf(await bench.start('family', { children }))
  expect([done.length - before, said.filter((one) => one === 'done').length, said.length]).toEqual([6, 6, 12])
})

const all = [{ name: 'mails', then: 'allow', tools: ['mail'] }]

for (const carried of [undefined, { seamEvery: 1 }]) {
  test(`a run has read what those below it have read, also one that failed${carried ? ', also when they continue as new' : ''}`, async () => {
    write(all)
    const before = done.length
    const input = { before: [call('look')], children: [{ children: [{ before: [call('news')], fails: true }] }], after: mails('leak') }
    const run = await bench.start('family', input, carried)
    const gate = await gateOf(run)
    expect(gate.question).toContain('The rule untrusted-and-private asks')
    await no(run, gate)
    const said = await valueOf(run)
    expect(said).toEqual(['done', expect.stringContaining('this family is broken'), expect.stringContaining('ada said no')])
    expect(done.length).toBe(before)
  })
}

test('a run below has read what those above it had read when it began', async () => {
  write(all)
  const before = done.length
  const run = await bench.start('family', { before: [call('look'), call('news')], children: [{ children: [{ before: mails('leak') }] }] })
  const below = bench.client.workflow.getHandle(`${run.workflowId}/parallel#1/branch#1/family#1/parallel#1/branch#1/family#1`)
  const gate = await gateOf(below)
  expect(gate.question).toContain('The rule untrusted-and-private asks')
  await no(below, gate)
  expect(await valueOf(run)).toEqual(['done', 'done', expect.stringContaining('ada said no')])
  expect(done.length).toBe(before)
})

test('a run that goes on by itself has read what the one that began it had read', async () => {
  write(all)
  const before = done.length
  const begins = `begun-${Date.now()}`
  const run = await bench.start('family', { before: [call('look'), call('news')], begins })
  expect(await valueOf(run)).toEqual(['done', 'done'])
  const begun = bench.client.workflow.getHandle(begins)
  await no(begun, await gateOf(begun))
  expect(await begun.result()).toMatchObject({ status: 'accepted', value: [{ failed: true }] })
  expect(done.length).toBe(before)
})

test('a run that nobody waits for says nothing of what it has read, and signals nobody without a rule that limits', async () => {
  write(all)
  const run = await bench.start('family', { before: [call('news')], children: [{ before: mails('fine') }] })
  expect(await run.result()).not.toHaveProperty('read')
  const { events } = await run.fetchHistory()
  expect((events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes)).toEqual([])
})
