import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type WorkflowHandle } from '@temporalio/client'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { z } from 'zod'
import { EffectRefused, type OwnTool } from '../activities/effects/tool.ts'
import { createActivities } from '../activities/index.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { type World } from '../activities/world.ts'
import { foldTrace } from '../client/trace/trace.ts'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { approvalDigest } from '../contract/policy/approval.ts'
import { policyHash } from '../contract/policy/decide.ts'
import { Policy } from '../contract/policy/policy.ts'
import { type Receipt, type UseResult } from '../contract/workspace.ts'
import { dataConverter } from '../store/data-converter.ts'
import { folderStore } from '../store/folder.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

jest.setTimeout(120_000)

const folder = mkdtempSync(join(tmpdir(), 'loopwright-policy-'))
const file = join(folder, 'policy.json')
const workflows = fileURLToPath(new URL('./support/workflows/policies.ts', import.meta.url))

/** What was done, by tools of one's own, in its order. */
const done: string[] = []
let price = 5
let refuses = ''
let restless = false
const text = z.strictObject({ text: z.string() })
const tools: OwnTool[] = [
  {
    name: 'look',
    description: 'Looks.',
    arguments: z.strictObject({}),
    class: 'read',
    tags: ['reads_private'],
    perform: async () => 'seen',
  },
  {
    name: 'news',
    description: 'Reads.',
    arguments: z.strictObject({}),
    class: 'read',
    tags: ['reads_untrusted'],
    perform: async () => 'news',
  },
  {
    name: 'mail',
    description: 'Sends.',
    arguments: text,
    tags: ['acts_outside'],
    perform: async ({ text: said }) => `sent ${done.push(`mail ${String(said)}`)}`,
  },
  {
    name: 'order',
    description: 'Orders.',
    arguments: text,
    prepare: async ({ text: said }) => ({ show: { order: said as string, price: restless ? price++ : price }, dollars: price }),
    perform: async ({ text: said }) => `ordered ${done.push(`order ${String(said)}`)}`,
    compensate: async ({ text: said }) => {
      if (said === refuses) throw new EffectRefused('it was delivered already')
      if (said === 'lost') throw new Error('nobody answered')
      done.push(`undo ${String(said)}`)
    },
  },
]

let bench: CoreBench
beforeAll(async () => {
  write({ rules: [] })
  bench = await openBench(workflows, { LOOPWRIGHT_POLICY: file, PATH: process.env['PATH'] ?? '' }, tools)
})
afterAll(() => bench.close())

function write(policy: unknown): void {
  writeFileSync(file, typeof policy === 'string' ? policy : JSON.stringify(policy))
}

const order = (said: string) => ({ tool: 'order', arguments: { text: said } })
const mail = (said: string) => ({ tool: 'mail', arguments: { text: said } })
const start = (calls: object[], more: object = {}, carried?: unknown) => bench.start('calls', { calls, ...more }, carried)
const outcomeOf = async (run: WorkflowHandle) => (await run.result()) as Outcome<UseResult[]>
const results = async (run: WorkflowHandle) => (await outcomeOf(run)).value ?? []

async function gateOf(run: WorkflowHandle, but?: string): Promise<Gate> {
  for (;;) {
    const found = (await run.query<Gate[]>('gates').catch(() => [])).find(({ gate }) => gate !== but)
    if (found) return found
    const { status } = await run.describe()
    if (status.name !== 'RUNNING')
      throw new Error(`${run.workflowId} is ${status.name} without a question: ${JSON.stringify(await run.result().catch(String))}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const decide = async (run: WorkflowHandle, gate: Gate, answer: 'yes' | 'no' | 'stop', note?: string) =>
  run.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer, by: 'ada', ...(note ? { note } : {}) }] })

const archive = () => {
  const store = folderStore(join(bench.stateFolder, 'artifacts'))
  return { store, converter: loadDataConverter(dataConverter(store)) }
}
const traced = async (run: WorkflowHandle) =>
  (await foldTrace(archive(), run.workflowId, [await run.fetchHistory()])).flatMap((record) => (record.kind === 'tool' ? [record] : []))

test('what no rule allows is not done, and what one allows stands in the trace with the rule and the hash of the policy', async () => {
  const policy = { rules: [{ name: 'mails', then: 'allow', tools: ['mail'] }] }
  write(policy)
  const run = await start([order('a'), mail('allowed')])
  const hash = policyHash([Policy.parse(policy)])
  expect(await results(run)).toMatchObject([
    { failed: true, text: `Denied by the rule default (policy ${hash.slice(0, 12)}): no rule allows it. Nothing was done.` },
    { receipt: { happened: 'yes' } },
  ])
  expect(done).toEqual(['mail allowed'])
  expect(await traced(run)).toMatchObject([{ tool: 'mail', rule: 'mails', policy: hash }])
})

for (const carried of [undefined, { seamEvery: 1 }]) {
  test(`who is asked sees what would be done, and a yes has it done once${carried ? ', also when the run continues as new after every step' : ''}`, async () => {
    write({ rules: [{ name: 'orders', then: 'ask', why: 'it costs money', tools: ['order'] }] })
    const before = done.length
    const run = await start([order('books'), order('pens')], {}, carried)
    const gate = await gateOf(run)
    expect(gate).toMatchObject({ question: 'May this be done: order books? The rule orders asks, because it costs money.' })
    expect(gate.show).toMatchObject({ tool: 'order', arguments: { text: 'books' }, rule: 'orders', prepared: { order: 'books', price: 5 } })
    expect(done.length).toBe(before)
    expect(await decide(run, gate, 'yes')).toEqual({ accepted: true })
    expect(await decide(run, await gateOf(run, gate.gate), 'no', 'we have pens')).toEqual({ accepted: true })
    expect(await results(run)).toMatchObject([
      { receipt: { happened: 'yes', attempts: 1 } },
      { failed: true, text: 'ada said no: we have pens. Nothing was done.' },
    ])
    expect(done.slice(before)).toEqual(['order books'])
  })
}

test('when what would be done changes after somebody agreed to it, it is not done, and they are asked again', async () => {
  write({ rules: [{ name: 'orders', then: 'ask', tools: ['order'] }] })
  const before = done.length
  const run = await start([order('gold')])
  const first = await gateOf(run)
  price = 500
  await decide(run, first, 'yes')
  const second = await gateOf(run, first.gate)
  expect(second.show).toMatchObject({ prepared: { price: 500 } })
  expect(done.length).toBe(before)
  price = 5
  await decide(run, second, 'yes')
  const third = await gateOf(run, second.gate)
  expect(third.show).toMatchObject({ prepared: { price: 5 } })
  await decide(run, third, 'stop', 'make up your mind')
  expect(await outcomeOf(run)).toMatchObject({ status: 'stopped', reason: 'declined', why: expect.stringContaining('make up your mind') })
  expect(done.length).toBe(before)
})

test('two rules that ask different people are both asked, one after the other, and nothing is done before the last yes', async () => {
  const asks = [
    { name: 'money', minutes: 60 },
    { name: 'goods', minutes: 90 },
  ]
  write({ rules: asks.map(({ name, minutes }) => ({ name, then: 'ask', tools: ['order'], ask: { minutes } })) })
  const before = done.length
  const run = await start([order('twice asked')])
  const first = await gateOf(run)
  await decide(run, first, 'yes')
  const second = await gateOf(run, first.gate)
  expect(done.length).toBe(before)
  await decide(run, second, 'yes')
  expect(await results(run)).toMatchObject([{ receipt: { happened: 'yes' } }])
  expect(done.slice(before)).toEqual(['order twice asked'])
})

test('what is another thing each time that somebody has agreed to it is given up after five times', async () => {
  write({ rules: [{ name: 'orders', then: 'ask', tools: ['order'] }] })
  const [before, priceBefore] = [done.length, price]
  restless = true
  try {
    const run = await start([order('restless')])
    for (let asked = 0, last: string | undefined; asked < 5; asked++) {
      const gate = await gateOf(run, last)
      last = gate.gate
      await decide(run, gate, 'yes')
    }
    expect(await results(run)).toMatchObject([{ failed: true, text: expect.stringContaining('not the same any more, 5 times') }])
    expect(done.length).toBe(before)
  } finally {
    restless = false
    price = priceBefore
  }
})

test('a question that a rule lets expire is answered with no', async () => {
  write({ rules: [{ name: 'orders', then: 'ask', tools: ['order'], ask: { minutes: 0.01 } }] })
  const before = done.length
  const [result] = await results(await start([order('late')]))
  expect(result).toMatchObject({ failed: true, text: 'deadline said no: nobody agreed within 0.01 minutes. Nothing was done.' })
  expect(done.length).toBe(before)
})

test('a question that a rule puts to a role is not answered without a grant', async () => {
  write({ rules: [{ name: 'orders', then: 'ask', tools: ['order'], ask: { roles: ['lead'] } }] })
  const run = await start([order('secret')])
  const gate = await gateOf(run)
  expect(gate.needs).toEqual({ roles: ['lead'] })
  expect(await decide(run, gate, 'yes')).toMatchObject({ accepted: false, reason: expect.stringContaining('grant') })
  await run.cancel()
  expect(await outcomeOf(run)).toMatchObject({ status: 'stopped', reason: 'cancelled' })
})

test('an edit that a rule asks about is shown as its diff, kept after a yes and dropped after a no', async () => {
  const repo = makeRepository({ 'package.json': '{ "scripts": {} }\n', 'a.txt': 'a\n' })
  write({ standard: ['edits', 'runs-elsewhere'], rules: [] })
  const edit = (replace: string) => ({ tool: 'edit', arguments: { path: 'package.json', search: '{}', replace } })
  const run = await start(
    [
      edit('{ "test": "true" }'),
      { tool: 'write', arguments: { path: 'Makefile', content: 'all:\n' } },
      { tool: 'write', arguments: { path: 'a.txt', content: 'b\n' } },
    ],
    { repo },
  )
  const first = await gateOf(run)
  const { prepared } = z
    .looseObject({ prepared: z.looseObject({ files: z.array(z.string()), diff: z.looseObject({ sha256: z.string() }) }) })
    .parse(first.show)
  expect(prepared.files).toEqual(['package.json'])
  expect(await archive().store.text(prepared.diff.sha256)).toContain('+{ "scripts": { "test": "true" } }')
  await decide(run, first, 'yes')
  await decide(run, await gateOf(run, first.gate), 'no')
  const [edited, made, written, patch] = await results(run)
  expect([edited?.failed, made?.failed, written?.failed]).toEqual([undefined, true, undefined])
  expect(patch).toMatchObject({ files: ['a.txt', 'package.json'] })
  expect(await traced(run)).toMatchObject([
    { rule: 'runs-elsewhere' },
    { rule: 'runs-elsewhere', approved: expect.stringMatching(/^[0-9a-f]{64}$/) },
    { rule: 'runs-elsewhere' },
    { rule: 'edits' },
  ])
})

for (const carried of [undefined, { seamEvery: 1 }])
  test(`a call that somebody has to agree to in the midst of it counts once${carried ? ', also when the run continues as new' : ''}`, async () => {
    const repo = makeRepository({ 'package.json': '{ "scripts": {} }\n', 'a.txt': 'a\n' })
    symlinkSync('package.json', join(repo, 'plain.txt'))
    execFileSync('git', ['-C', repo, 'add', '--all'])
    execFileSync('git', ['-C', repo, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message=link'])
    write({ standard: ['runs-elsewhere'], rules: [{ name: 'one', then: 'allow', tools: ['edit'], limits: { calls: 1 } }] })
    const edit = (path: string, search: string) => ({ tool: 'edit', arguments: { path, search, replace: '{ "test": "true" }' } })
    const run = await start([edit('plain.txt', '{}'), edit('a.txt', 'a')], { repo }, carried)
    await decide(run, await gateOf(run), 'yes')
    const [linked, second, patch] = await results(run)
    expect([linked?.failed, linked?.text]).toEqual([undefined, expect.anything()])
    expect(second).toMatchObject({ failed: true, text: expect.stringContaining('used up the 1 calls of the rule one') })
    expect(patch).toMatchObject({ files: ['package.json'] })
  })

test('what a command changes is looked at, too: it is not kept where a rule asks about that file', async () => {
  const repo = makeRepository({ 'a.txt': 'a\n' })
  write({ standard: ['runs-elsewhere'], rules: [{ name: 'copies', then: 'allow', tools: ['run'], argv: [['cp', '**']] }] })
  const run = (command: string) => ({ tool: 'run', arguments: { command } })
  const [fine, elsewhere, shell, patch] = await results(
    await start([run('cp a.txt b.txt'), run('cp a.txt Makefile'), run("sh -c 'cp a.txt c.txt'")], { repo }),
  )
  expect(fine?.failed).toBeUndefined()
  expect(elsewhere).toMatchObject({ failed: true, text: expect.stringContaining('before Makefile is changed') })
  expect(shell).toMatchObject({ failed: true, text: expect.stringContaining('Denied by the rule default') })
  expect(patch).toMatchObject({ files: ['b.txt'] })
})

test('a link does not lead past a rule', async () => {
  const repo = makeRepository({ 'secret/key': 'k\n' })
  write({
    standard: ['edits'],
    rules: [
      { name: 'links', then: 'allow', tools: ['run'], argv: [['ln', '**']] },
      { name: 'secrets', then: 'deny', tools: ['read', 'edit'], paths: ['secret/**'] },
    ],
  })
  const calls = [
    { tool: 'run', arguments: { command: 'ln -s secret open' } },
    { tool: 'read', arguments: { path: 'open/key' } },
  ]
  const [linked, read] = await results(await start(calls, { repo }))
  expect(linked?.failed).toBeUndefined()
  expect(read).toMatchObject({ failed: true, text: expect.stringContaining('Denied by the rule secrets') })
})

test('a rule allows as many calls, and as many dollars, as its limits say, also when the run continues as new', async () => {
  write({
    rules: [
      { name: 'two', then: 'allow', tools: ['mail'], limits: { calls: 2 } },
      { name: 'ten', then: 'allow', tools: ['order'], limits: { dollars: 10 } },
    ],
  })
  const run = await start([mail('1'), mail('2'), mail('3'), order('1'), order('2'), order('3')], {}, { seamEvery: 1 })
  const given = await results(run)
  expect(given.map(({ failed }) => failed)).toEqual([undefined, undefined, true, undefined, undefined, true])
  expect(given[2]?.text).toContain('used up the 2 calls of the rule two')
  expect(given[5]?.text).toContain('used up the 10 dollars of the rule ten')
})

test('a run that has read what is private and what strangers wrote asks before it acts outside', async () => {
  write({ rules: [{ name: 'all', then: 'allow' }] })
  const before = done.length
  const run = await start([mail('early'), { tool: 'look' }, mail('private'), { tool: 'news' }, mail('leak')])
  const gate = await gateOf(run)
  expect(gate.question).toContain('The rule untrusted-and-private asks')
  expect(done.slice(before)).toEqual(['mail early', 'mail private'])
  await decide(run, gate, 'no')
  expect((await results(run))[4]).toMatchObject({ failed: true })
  expect(done.slice(before)).toEqual(['mail early', 'mail private'])
})

test('whoever starts a run may tighten the policy for it, and can not loosen it', async () => {
  write({ rules: [{ name: 'mails', then: 'allow', tools: ['mail'] }] })
  const added = {
    rules: [
      { name: 'orders', then: 'allow', tools: ['order'] },
      {
        name: 'loud',
        then: 'deny',
        tools: ['mail'],
        arguments: { type: 'object', properties: { text: { const: 'loud' } }, required: ['text'] },
      },
    ],
  }
  const before = done.length
  const run = await bench.client.workflow.start('calls', {
    taskQueue: bench.taskQueue,
    workflowId: `calls-tightened-${Date.now()}`,
    args: [{ calls: [mail('quiet'), mail('loud'), order('more')] }],
    memo: { policy: added },
  })
  expect((await results(run)).map(({ failed }) => failed)).toEqual([undefined, true, true])
  expect(done.slice(before)).toEqual(['mail quiet'])
})

test('effects of a run that is stopped are undone, the last first, and the outcome says which were not', async () => {
  write({ rules: [{ name: 'all', then: 'allow' }] })
  const before = done.length
  refuses = 'delivered'
  const run = await start([order('a'), order('delivered'), order('lost'), order('b')], { stops: true })
  const { why, certificate } = await outcomeOf(run)
  expect(done.slice(before)).toEqual(['order a', 'order delivered', 'order lost', 'order b', 'undo b', 'undo a'])
  const effect = (number: number) => `(effect ${run.workflowId}/0/order#${number})`
  expect(why).toBe(
    `It was to stop. Undone: order ${effect(4)}. order ${effect(3)} needs you: nobody answered. order ${effect(2)} could not undo: it was delivered already. Undone: order ${effect(1)}.`,
  )
  const { effects } = JSON.parse(await archive().store.text(certificate!.sha256)) as { effects: Receipt[] }
  expect(effects.map(({ undone }) => undone)).toEqual([
    'undone',
    'could not undo: it was delivered already',
    'needs you: nobody answered',
    'undone',
  ])
})

test('effects of a run that fails are undone, too, and its failure says so', async () => {
  write({ rules: [{ name: 'all', then: 'allow' }] })
  const before = done.length
  const run = await start([order('early'), { tool: 'fax' }])
  await expect(run.result()).rejects.toMatchObject({
    cause: { type: 'UnknownTool', message: expect.stringContaining(`Undone: order (effect ${run.workflowId}/0/order#1).`) },
  })
  expect(done.slice(before)).toEqual(['order early', 'undo early'])
})

test('effects of a run that was accepted stay', async () => {
  write({ rules: [{ name: 'all', then: 'allow' }] })
  const before = done.length
  expect(await outcomeOf(await start([order('kept')]))).toMatchObject({ status: 'accepted' })
  expect(done.slice(before)).toEqual(['order kept'])
})

test.each<[string, string, string]>([
  ['is not JSON', '{', 'is not JSON'],
  ['has an unknown key', '{"rules":[],"ruels":[]}', 'ruels'],
  ['says what policies do not know', '{"rules":[{"name":"a","then":"maybe"}]}', 'rules[0].then'],
])('nothing runs under a policy that %s', async (_what, content, problem) => {
  write(content)
  const before = done.length
  const run = await start([mail('x')])
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'PolicyRefused', message: expect.stringContaining(problem) } })
  expect(done.length).toBe(before)
})

// The worker's own look at a call, whatever the workflow says of it.
const world = async (environment: Record<string, string>): Promise<World> => ({
  store: folderStore(join(folder, 'store')),
  stateFolder: folder,
  environment,
  searchAttributes: [],
  tools,
  sandbox: await openSandbox({ LOOPWRIGHT_SANDBOX: 'none' }),
})
const called = { run: 'r', fence: 0, tool: 'order', class: 'once' as const, minutes: 1, inlineBytes: 512 }
let effects = 0
const effect = (more: object) => {
  const stage = `order#${++effects}`
  return { ...called, stage, effect: `r-${Date.now()}/0/${stage}`, arguments: { text: 'forged' }, ...more }
}

test('a worker refuses a call that the workflow should have denied, however it is decided there', async () => {
  write({ rules: [{ name: 'mails', then: 'allow', tools: ['mail'] }] })
  const { performEffect } = createActivities(await world({ LOOPWRIGHT_POLICY: file }))
  const before = done.length
  const lax = await (await world({})).store.put('[{"standard":["registered"],"tags":{},"rules":[]}]')
  for (const decided of [{}, { rule: 'mails' }, { rule: 'registered', policy: lax.sha256 }, { rule: 'mails', approved: 'f'.repeat(64) }])
    expect(await performEffect(effect(decided))).toMatchObject({
      happened: 'no',
      how: 'refused',
      text: expect.stringContaining('Denied by the rule default'),
    })
  expect(done.length).toBe(before)
})

test('a worker does not do what nobody agreed to, nor anything else than what was agreed to', async () => {
  write({ rules: [{ name: 'mails', then: 'ask', tools: ['mail'] }] })
  const hash = policyHash([Policy.parse({ rules: [{ name: 'mails', then: 'ask', tools: ['mail'] }] })])
  const { performEffect } = createActivities(await world({ LOOPWRIGHT_POLICY: file }))
  const before = done.length
  const agreed = { run: 'r', policy: hash, tool: 'mail', arguments: { text: 'agreed' } }
  const approved = approvalDigest(agreed)
  const send = (more: object) => performEffect(effect({ tool: 'mail', arguments: agreed.arguments, policy: hash, ...more }))
  expect(await send({})).toMatchObject({ asks: { rule: 'mails' } })
  expect(await send({ approved, arguments: { text: 'another' } })).toEqual({ changed: true })
  expect(await send({ approved, run: 'another' })).toEqual({ changed: true })
  expect(await send({ approved: 'f'.repeat(64) })).toEqual({ changed: true })
  expect(done.length).toBe(before)
  expect(await send({ approved })).toMatchObject({ happened: 'yes' })
  expect(done.slice(before)).toEqual(['mail agreed'])
})
