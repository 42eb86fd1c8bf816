import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WorkflowHandle } from '@temporalio/client'
import { type Triaged } from '../contract/office/triage.ts'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { askedFor, player, saidIn } from './support/player.ts'

const classified = (route: string, confidence: number) => (request: ScriptedRequest) =>
  askedFor(request)?.properties?.['route'] ? JSON.stringify({ route, confidence, why: 'it reads so' }) : player(request)
const models: Record<string, (request: ScriptedRequest) => Reply> = {
  answers: classified('answer', 0.9),
  bills: classified('billing', 0.8),
  unsure: classified('answer', 0.6),
  // Never content.
  strict: (request) => JSON.stringify({ weak: [{ place: saidIn(request).slice(-9), problem: 'vague' }] }),
  // Content with what was written after a person's note.
  heeds: (request) => (saidIn(request).includes('say it kindly') ? 'A kind answer.' : classified('answer', 0.9)(request)),
}
const folder = mkdtempSync(join(tmpdir(), 'tickets-'))
const past = '2020-01-01T00:00:00Z'
let bench: CoreBench
let server: ScriptedServer

beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => models[request.model]!(request) })
  const environment = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_TICKETS: folder }
  bench = await openBench(ownWorkflows, environment)
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const input = (id: string, model: string, more: object = {}) => ({
  ticket: { id, subject: `About ${id}`, text: 'How long may I return a lamp?' },
  teams: { billing: 'Invoices, payments, refunds.' },
  known: 'Everything may be returned within 30 days.',
  approve: false,
  models: `openai/${model}`,
  ...more,
})
const run = async (given: object, carried?: object) => (await (await bench.start('triage', given, carried)).result()) as Outcome<Triaged>
const filed = (id: string) => readFileSync(join(folder, 'filed', `${id}.md`), 'utf8')

async function openGate(handle: WorkflowHandle): Promise<Gate> {
  for (;;) {
    const [gate] = await handle.query<Gate[]>('gates')
    if (gate) return gate
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a ticket is answered, handed over, or escalated where the classifier is unsure, and each is filed', async () => {
  const [answered, handed, escalated] = await Promise.all([run(input('a', 'answers')), run(input('b', 'bills')), run(input('c', 'unsure'))])
  expect(answered).toMatchObject({ status: 'accepted', value: { route: 'answer', confidence: 0.9, late: false } })
  expect(handed).toMatchObject({ status: 'accepted', value: { route: 'hand over', to: 'billing', late: false } })
  expect(escalated).toMatchObject({ status: 'accepted', value: { route: 'escalate', confidence: 0.6, late: false } })
  expect(filed('a')).toContain(`route: answer\n`)
  expect(filed('b')).toContain('route: hand over to billing\n')
  expect(filed('c')).toContain('route: escalate\n')
  expect(filed('a')).toContain(answered.value?.text)
})

test('a ticket is triaged alike when its run continues as new after every step, and filed once', async () => {
  const outcomes = await Promise.all([1, 2, 3].map((seamEvery) => run(input(`seam-${seamEvery}`, 'answers'), { seamEvery })))
  for (const { status, value } of outcomes) expect({ status, ...value }).toMatchObject({ status: 'accepted', route: 'answer', late: false })
  expect(readdirSync(join(folder, 'filed')).filter((name) => name.startsWith('seam-'))).toHaveLength(3)
})

test('an answer goes out only after a person agrees, and their note is the next objection', async () => {
  const { approve: _, ...given } = input('gate', 'heeds', { critics: 'openai/answers' })
  const handle = await bench.start('triage', given)
  const first = await openGate(handle)
  expect(readdirSync(folder)).not.toContain(join('filed', 'gate.md'))
  await handle.executeUpdate('decide', { args: [{ gate: first.gate, digest: first.digest, answer: 'no', note: 'say it kindly' }] })
  let second = await openGate(handle)
  while (second.gate === first.gate) second = await openGate(handle)
  expect(second.show).toBe('A kind answer.')
  await handle.executeUpdate('decide', { args: [{ gate: second.gate, digest: second.digest, answer: 'yes' }] })
  expect(await handle.result()).toMatchObject({ status: 'accepted', value: { route: 'answer', text: 'A kind answer.' } })
  expect(filed('gate')).toContain('A kind answer.')
})

test('an answer that nobody decides about in time is escalated', async () => {
  const handle = await bench.start('triage', input('slow-person', 'answers', { approve: true, deadlineMinutes: 0.05 }))
  expect(await handle.result()).toMatchObject({
    status: 'accepted',
    value: { route: 'escalate', late: true },
    why: expect.stringContaining('0.05 minutes'),
  })
  expect(filed('slow-person')).toMatch(/route: escalate\n[\s\S]*How long may I return a lamp/)
})

test('what is left of the time is carried when the run continues as new: work that never ends is escalated', async () => {
  const limits = { attempts: 10_000, stalls: 1_000, tokens: 100_000_000, dollars: 'none' }
  const given = input('endless', 'answers', { critics: 'openai/strict', deadlineMinutes: 0.05, limits })
  const handle = await bench.start('triage', given, { seamEvery: 1 })
  expect(await handle.result()).toMatchObject({ status: 'accepted', value: { route: 'escalate', late: true } })
  const first = await bench.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId).fetchHistory()
  expect(first.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy()
})

test('a ticket that is late when it is looked at is escalated without any model', async () => {
  const before = server.counts.requests
  const ticket = { id: 'old', subject: 'Old', text: 'Hello?', receivedAt: past }
  expect(await run(input('old', 'answers', { ticket }))).toMatchObject({ status: 'accepted', value: { route: 'escalate', late: true } })
  expect(server.counts.requests).toBe(before)
})

test('an answer that stays weak is escalated with the best draft, and why', async () => {
  const outcome = await run(input('weak', 'answers', { critics: 'openai/strict', limits: { attempts: 2 } }))
  expect(outcome).toMatchObject({
    status: 'accepted',
    value: {
      route: 'escalate',
      late: false,
      why: expect.stringContaining('could not be answered'),
      text: expect.stringContaining('plain text'),
    },
  })
})

test('a ticket that is filed already is filed by nobody else, and stays as it is', async () => {
  await run(input('once', 'answers'))
  const before = filed('once')
  expect(await run(input('once', 'bills'))).toMatchObject({
    status: 'stopped',
    reason: 'blocked',
    why: expect.stringContaining('there already'),
  })
  expect(filed('once')).toBe(before)
})

test.each([
  ['a ticket whose id leads elsewhere', { ticket: { id: '../x', subject: 'x' } }, 'letters, digits'],
  ['a team that is called like a route', { teams: { escalate: 'x' } }, 'are no teams'],
])('%s is refused', async (_what, more, says) => {
  const refused = run(input('x', 'answers', more))
  await expect(refused).rejects.toMatchObject({ cause: { type: 'InvalidInput', message: expect.stringContaining(says) } })
})
