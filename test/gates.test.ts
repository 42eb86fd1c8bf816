import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type WorkflowHandle } from '@temporalio/client'
import { randomUUID } from 'node:crypto'
import { type Grant, signGrant } from '../contract/grants.ts'
import { type Json } from '../contract/json.ts'
import { type Gate, type MessageAnswer, type Status } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type CoreBench, openBench } from './support/core.ts'

const key = 'the key of the workers is long enough'
const older = 'the key before that one is as long as it'
let bench: CoreBench
beforeAll(async () => {
  bench = await openBench('./workflows/gates.ts', { LOOPWRIGHT_GRANT_KEY: `${key}, ${older}` })
})
afterAll(() => bench.close())

type Ask = { kind: Gate['kind']; [member: string]: unknown }
const decide = (run: WorkflowHandle, decision: object): Promise<MessageAnswer> => run.executeUpdate('decide', { args: [decision] })

async function openGates(run: WorkflowHandle, count = 1, which: (gate: Gate) => boolean = () => true): Promise<Gate[]> {
  for (;;) {
    const gates = (await run.query<Gate[]>('gates')).filter(which)
    if (gates.length === count) return gates
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Answers the gates that are there for this: at the step after the second, a run continues as new if it is told to. */
async function goOn(run: WorkflowHandle, others: Gate[], continues: boolean): Promise<void> {
  const { continued } = await run.query<Status>('status')
  for (const { gate, digest } of others) await decide(run, { gate, digest, answer: 'yes' })
  if (!continues) return
  while ((await run.query<Status>('status')).continued === continued) await new Promise((resolve) => setTimeout(resolve, 50))
}

async function asked(...gates: Ask[]): Promise<{ run: WorkflowHandle; gates: Gate[] }> {
  const run = await bench.start('asking', { gates })
  return { run, gates: await openGates(run, gates.length) }
}
const answersOf = async (run: WorkflowHandle) => ((await run.result()) as Outcome<Json[]>).value

interface Who {
  by: string
  roles?: string[]
  key?: string
  expires?: number
}
function granted(run: WorkflowHandle, { gate, digest }: Gate, answer: string, who: Who, value?: Json): { grant: Grant } {
  const { by, roles = [], expires = Date.now() + 60_000 } = who
  const about = { run: run.workflowId, gate, digest, answer, ...(value === undefined ? {} : { value }) }
  return { grant: signGrant(who.key ?? key, { by, roles, expires }, about) }
}
const says = (run: WorkflowHandle, open: Gate, answer: string, who: Who) =>
  decide(run, { gate: open.gate, digest: open.digest, answer, ...granted(run, open, answer, who) })

const form = {
  type: 'object',
  properties: { amount: { type: 'number', maximum: 100 }, reason: { type: 'string', minLength: 3 } },
  required: ['amount', 'reason'],
  additionalProperties: false,
}

test.each<[Ask, Json, Json, string]>([
  [{ kind: 'input' }, 'blue', '', 'an empty text is no answer'],
  [{ kind: 'editor' }, 'the whole text', 7, 'expected string'],
  [{ kind: 'select', options: ['left', 'right'] }, 'left', 'up', 'one of left, right'],
  [{ kind: 'select', options: ['left', 'right'], many: true }, ['right', 'left'], ['left', 'left'], 'the same option twice'],
  [{ kind: 'form', schema: form }, { amount: 5, reason: 'because' }, { amount: 500, reason: 'no' }, '100'],
])('a gate of the kind %j takes what fits, and stays open with a reason for what does not', async (ask, fits, misfit, why) => {
  const { run, gates } = await asked(ask)
  const [{ gate, digest } = { gate: '', digest: '' }] = gates
  expect(gates[0]).toMatchObject(ask)
  const refused = await decide(run, { gate, digest, answer: 'yes', value: misfit })
  expect(refused).toMatchObject({ accepted: false, reason: expect.stringContaining(why) })
  expect(await decide(run, { gate, digest, answer: 'yes' })).toMatchObject({ accepted: false, reason: expect.stringContaining('asks for') })
  expect(await openGates(run)).toHaveLength(1)
  expect(await decide(run, { gate, digest, answer: 'yes', value: fits, by: 'ada' })).toEqual({ accepted: true })
  expect(await answersOf(run)).toEqual([{ answer: 'yes', value: fits, by: 'ada' }])
})

test('a gate that asks for agreement takes no value, and any gate takes a no without one', async () => {
  const { run, gates } = await asked({ kind: 'confirm' }, { kind: 'input' })
  const [confirm, input] = gates as [Gate, Gate]
  const value = await decide(run, { gate: confirm.gate, digest: confirm.digest, answer: 'yes', value: 'sure' })
  expect(value).toEqual({ accepted: false, reason: 'This gate asks for yes or no, not for a value.' })
  expect((await run.query<Status>('status')).status).toBe('waiting')
  // Answered the other way round than asked.
  await decide(run, { gate: input.gate, digest: input.digest, answer: 'no', note: 'I do not know' })
  await decide(run, { gate: confirm.gate, digest: confirm.digest, answer: 'yes' })
  expect(await answersOf(run)).toEqual([
    { answer: 'yes', by: 'unverified' },
    { answer: 'no', note: 'I do not know', by: 'unverified' },
  ])
})

test('a decision about the same words with other options is about something else', async () => {
  const { run, gates } = await asked({ kind: 'select', options: ['a', 'b'] })
  const other = await asked({ kind: 'select', options: ['a', 'c'] })
  expect(gates[0]!.digest).not.toBe(other.gates[0]!.digest)
  const wrong = await decide(run, { gate: gates[0]!.gate, digest: other.gates[0]!.digest, answer: 'yes', value: 'a' })
  expect(wrong).toMatchObject({ accepted: false, reason: expect.stringContaining('something else') })
  for (const one of [run, other.run]) await one.cancel()
})

test('a name proves nothing: only a grant for exactly this decision, by a key of the workers, in time and with the role counts', async () => {
  const { run, gates } = await asked({ kind: 'confirm', needs: { roles: ['lead'] } }, { kind: 'confirm' })
  const [lead, anybody] = gates as [Gate, Gate]
  const { gate, digest } = lead
  const refusals: [object, string][] = [
    [{ by: 'ada' }, 'asks who decides'],
    [granted(run, lead, 'no', { by: 'ada', roles: ['lead'] }), 'not for this decision'],
    [granted(run, { ...lead, gate: 'other' }, 'yes', { by: 'ada', roles: ['lead'] }), 'not for this decision'],
    [granted(run, lead, 'yes', { by: 'ada', roles: ['lead'], key: 'somebody’s own key that is long enough' }), 'not for this decision'],
    [granted(run, lead, 'yes', { by: 'ada', roles: ['lead'], expires: 1 }), 'expired'],
    [granted(run, lead, 'yes', { by: 'ada', roles: ['intern'] }), 'it asks for lead, and they are intern'],
    [{ ...granted(run, lead, 'yes', { by: 'ada', roles: ['lead'] }), by: 'eve' }, 'The grant is of ada, not of eve'],
    [{ grant: { ...granted(run, lead, 'yes', { by: 'ada', roles: [] }).grant, roles: ['lead'] } }, 'not for this decision'],
  ]
  for (const [proof, why] of refusals) {
    expect(await decide(run, { gate, digest, answer: 'yes', ...proof })).toMatchObject({
      accepted: false,
      reason: expect.stringContaining(why),
    })
  }
  // A key that is on its way out still counts.
  expect(await says(run, lead, 'yes', { by: 'ada', roles: ['lead'], key: older })).toEqual({ accepted: true })
  await decide(run, { gate: anybody.gate, digest: anybody.digest, answer: 'yes', by: 'bob' })
  expect(await answersOf(run)).toEqual([
    { answer: 'yes', by: 'ada' },
    { answer: 'yes', by: 'bob' },
  ])
})

test('whoever requested the run may not answer where somebody else must, and a run of nobody is answered by nobody', async () => {
  const gates = [{ kind: 'confirm', needs: { notRequester: true } }]
  const start = (memo?: { requester: string }) =>
    bench.client.workflow.start('asking', {
      taskQueue: bench.taskQueue,
      workflowId: `asking-${randomUUID()}`,
      args: [{ gates }],
      ...(memo ? { memo } : {}),
    })
  const run = await start({ requester: 'ada' })
  const [open] = await openGates(run)
  expect(await says(run, open!, 'yes', { by: 'ada' })).toMatchObject({ accepted: false, reason: expect.stringContaining('somebody else') })
  expect(await says(run, open!, 'yes', { by: 'bob' })).toEqual({ accepted: true })
  expect(await answersOf(run)).toEqual([{ answer: 'yes', by: 'bob' }])
  const nobodys = await start()
  const [other] = await openGates(nobodys)
  expect(await says(nobodys, other!, 'yes', { by: 'bob' })).toMatchObject({
    accepted: false,
    reason: expect.stringContaining('Nobody knows'),
  })
  await nobodys.cancel()
})

for (const seamEvery of [undefined, 1]) {
  const when = seamEvery === undefined ? '' : ', also when the run continues as new in between'
  test(`two of three must agree: each person counts once, a no can be outvoted, and what was said is kept${when}`, async () => {
    const needs = { quorum: { yes: 2, of: 3 } }
    const gates = [{ kind: 'confirm', needs }, { kind: 'confirm' }, { kind: 'confirm' }]
    const run = await bench.start('asking', { gates }, seamEvery === undefined ? undefined : { seamEvery })
    const [open, ...others] = await openGates(run, 3)
    expect(await says(run, open!, 'yes', { by: 'ada' })).toEqual({ accepted: true, reason: '1 of 2 have agreed; the gate stays open.' })
    expect(await says(run, open!, 'yes', { by: 'ada' })).toMatchObject({ accepted: false, reason: expect.stringContaining('counts once') })
    expect(await says(run, open!, 'no', { by: 'bob' })).toMatchObject({ accepted: true })
    await goOn(run, others, seamEvery !== undefined)
    expect((await openGates(run))[0]!.voices).toMatchObject([
      { by: 'ada', answer: 'yes' },
      { by: 'bob', answer: 'no' },
    ])
    const together = await Promise.all(
      ['cyd', 'dan', 'eve'].map((by) => says(run, open!, 'yes', { by }).catch(() => ({ accepted: false }))),
    )
    expect(together.filter(({ accepted }) => accepted)).toHaveLength(1)
    expect(await answersOf(run)).toMatchObject([{ answer: 'yes' }, { answer: 'yes' }, { answer: 'yes' }])
  })
}

test('when enough say no that the rest cannot agree any more, the answer is no', async () => {
  const { run, gates } = await asked({ kind: 'confirm', needs: { quorum: { yes: 2, of: 3 } } })
  await says(run, gates[0]!, 'no', { by: 'ada' })
  await says(run, gates[0]!, 'no', { by: 'bob' })
  expect(await answersOf(run)).toMatchObject([{ answer: 'no', by: 'bob' }])
})

const soon = 0.03
for (const carried of [undefined, { seamEvery: 1 }]) {
  const when = carried ? ', also after continuing as new' : ''
  test(`while nobody answers, people are reminded, then somebody else is asked, then an answer holds${when}`, async () => {
    const deadline = [
      { minutes: soon, then: 'remind' },
      { minutes: 2 * soon, then: { to: 'the lead' } },
      { minutes: 3 * soon, then: { answer: 'no', note: 'nobody was there' } },
    ]
    const run = await bench.start(
      'asking',
      { gates: [{ kind: 'confirm', to: 'ada', deadline }, { kind: 'confirm' }, { kind: 'confirm' }] },
      carried,
    )
    // However slow this is, the gates without a deadline stay open.
    const others = await openGates(run, 2, ({ due }) => due === undefined)
    await goOn(run, others, carried !== undefined)
    expect(await answersOf(run)).toMatchObject([
      { answer: 'no', note: 'nobody was there', by: 'deadline' },
      { answer: 'yes' },
      { answer: 'yes' },
    ])
    const { lines } = await run.query<Status>('status')
    expect(lines.map(({ text }) => text).filter((text) => !text.startsWith('unverified'))).toEqual([
      'nobody has answered yet: What now?',
      'nobody has answered, now the lead is asked: What now?',
      "nobody has answered in time, so 'no' holds: What now?",
      "deadline answered 'no' to: What now?",
    ])
  })
}

test('an answer in time ends the deadline, and who is asked stands at the gate', async () => {
  const { run, gates } = await asked({ kind: 'confirm', to: 'ada', deadline: [{ minutes: 600, then: { answer: 'no' } }] })
  expect(gates[0]).toMatchObject({ to: 'ada', due: gates[0]!.since + 36_000_000 })
  await decide(run, { gate: gates[0]!.gate, digest: gates[0]!.digest, answer: 'yes' })
  expect(await answersOf(run)).toMatchObject([{ answer: 'yes' }])
})

test.each([
  [{ kind: 'select' }, 'needs options'],
  [{ kind: 'form' }, 'needs a schema'],
  [{ kind: 'input', needs: { quorum: { yes: 1, of: 2 } } }, 'A quorum is for confirm gates'],
  [{ kind: 'confirm', needs: { quorum: { yes: 3, of: 2 } } }, 'A quorum is for confirm gates'],
  [
    { kind: 'select', options: ['a'], deadline: [{ minutes: 1, then: { answer: 'yes', value: 'b' } }] },
    'What the deadline answers does not fit',
  ],
  [{ kind: 'input', deadline: [{ minutes: 1, then: { answer: 'yes' } }] }, 'What the deadline answers does not fit'],
  [
    {
      kind: 'confirm',
      deadline: [
        { minutes: 2, then: 'remind' },
        { minutes: 1, then: { answer: 'no' } },
      ],
    },
    'in the order of their minutes',
  ],
])('a question that cannot be answered fails the run with a sentence: %j', async (ask, why) => {
  const run = await bench.start('asking', { gates: [ask] })
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'InvalidInput', message: expect.stringContaining(why) } })
})
