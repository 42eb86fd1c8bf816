import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type WorkflowHandle } from '@temporalio/client'
import { type Gate, type MessageAnswer, type Status } from '../contract/messages.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const decide = (run: WorkflowHandle, decision: object): Promise<MessageAnswer> => run.executeUpdate('decide', { args: [decision] })

async function openGate(run: WorkflowHandle): Promise<Gate> {
  for (;;) {
    const [gate] = await run.query<Gate[]>('gates')
    if (gate) return gate
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a yes accepts, and the first valid decision wins', async () => {
  const run = await bench.start('counting', { target: 1, approve: true })
  const { gate, digest } = await openGate(run)
  expect(await run.query<Status>('status')).toMatchObject({ status: 'waiting', why: 'Is 1 right?' })
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      decide(run, { gate, digest, answer: 'yes', by: `person ${index}` }).catch(() => ({ accepted: false })),
    ),
  )
  expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1)
  expect(await run.result()).toMatchObject({ status: 'accepted', value: 1 })
})

test('a decision about something else than what is shown is refused with a reason, and the gate stays open', async () => {
  const run = await bench.start('counting', { target: 1, approve: true })
  const { gate, digest } = await openGate(run)
  expect(await decide(run, { gate, digest: 'f'.repeat(64), answer: 'yes' })).toMatchObject({
    accepted: false,
    reason: expect.stringContaining('something else'),
  })
  expect(await decide(run, { gate: 'elsewhere', digest, answer: 'yes' })).toMatchObject({
    accepted: false,
    reason: 'There is no open gate elsewhere.',
  })
  await expect(decide(run, { gate, digest, answer: 'perhaps' })).rejects.toThrow()
  expect(await decide(run, { gate, digest, answer: 'stop', note: 'not this one' })).toEqual({ accepted: true })
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'declined', why: expect.stringContaining('not this one') })
})

test('a no makes its note the next objection', async () => {
  const run = await bench.start('counting', { target: 1, approve: true, limits: { attempts: 2 } })
  const first = await openGate(run)
  await decide(run, { gate: first.gate, digest: first.digest, answer: 'no', note: 'one more please' })
  let second = await openGate(run)
  while (second.gate === first.gate) second = await openGate(run)
  expect(second.question).toBe('Is 2 right?')
  await decide(run, { gate: second.gate, digest: second.digest, answer: 'yes' })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: 2 })
})

test('a gate is open under the same id after the run has continued as new', async () => {
  const run = await bench.start('counting', { target: 1, approve: true }, { seamEvery: 1 })
  const { gate, digest } = await openGate(run)
  expect(await decide(run, { gate, digest, answer: 'yes' })).toEqual({ accepted: true })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: 1 })
})

test('a person takes the best attempt when the fallback asks one', async () => {
  const run = await bench.start('counting', { target: 5, fallback: ['human', 'best'], limits: { attempts: 2 } })
  const { gate, digest, question } = await openGate(run)
  expect(question).toContain('All 2 attempts are used')
  await decide(run, { gate, digest, answer: 'yes', by: 'ada' })
  expect(await run.result()).toMatchObject({
    status: 'accepted',
    value: 2,
    fallback: 'human',
    why: expect.stringContaining('ada took attempt 2'),
  })
})

test('extending the limits while the fallback asks lets the loop go on', async () => {
  const run = await bench.start('counting', { target: 4, fallback: ['human'], limits: { attempts: 2 } })
  await openGate(run)
  expect(await run.executeUpdate('extend', { args: [{ limits: { attempts: 1 } }] })).toMatchObject({ accepted: false })
  expect(await run.executeUpdate('extend', { args: [{ limits: { attempts: 6 } }] })).toEqual({ accepted: true })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: 4 })
})

test('a candidate that a person declined is not put to them again unchanged', async () => {
  const run = await bench.start('counting', { target: 0, start: -1, approve: true, limits: { stalls: 2 } })
  const { gate, digest } = await openGate(run)
  await decide(run, { gate, digest, answer: 'no' })
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'stalls', why: expect.stringContaining('person') })
})
