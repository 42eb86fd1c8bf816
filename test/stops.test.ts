import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ApplicationFailure, WorkflowFailedError, type WorkflowExecutionDescription, type WorkflowHandle } from '@temporalio/client'
import { type Status } from '../contract/messages.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

async function failureOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  try {
    await result
  } catch (error) {
    if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause
    throw error
  }
  throw new Error('The run did not fail.')
}

/** Waits until nothing of the run is on its way. */
async function untilIdle(run: WorkflowHandle): Promise<WorkflowExecutionDescription> {
  for (;;) {
    const description = await run.describe()
    const { pendingActivities, pendingWorkflowTask } = description.raw
    if (!pendingActivities?.length && !pendingWorkflowTask) return description
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a loop that has used its attempts stops with its best, and is not called accepted', async () => {
  const run = await bench.start('counting', { target: 9, limits: { attempts: 3 } })
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'attempts', best: { value: 3, attempt: 3 }, fallback: 'best' })
})

test('a loop that brings no progress is nudged, starts afresh, and stops', async () => {
  const run = await bench.start('counting', { target: 2, step: 0 })
  const outcome = await run.result()
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'stalls', spent: { attempts: 3 } })
  expect(outcome).not.toHaveProperty('best')
})

test('the fallback fail fails the run with a type', async () => {
  const run = await bench.start('counting', { target: 9, fallback: ['fail'], limits: { attempts: 1 } })
  expect(await failureOf(run.result())).toMatchObject({ type: 'LoopStopped' })
})

test('what is right to begin with is accepted without an attempt', async () => {
  const run = await bench.start('counting', { target: 0 })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: 0, spent: { attempts: 0 } })
})

test('wrong input fails at once with every problem listed', async () => {
  const failure = await failureOf(
    (await bench.start('counting', { target: 'many', extra: 1, limits: { attempts: 0, dollars: 0 } })).result(),
  )
  expect(failure.type).toBe('InvalidInput')
  for (const part of ['target', 'extra', 'attempts', 'dollars']) expect(failure.message).toContain(part)
})

test('no input at all fails with a sentence', async () => {
  expect(await failureOf((await bench.start('counting', undefined)).result())).toMatchObject({ type: 'InvalidInput' })
})

test('a bug in workflow code fails the run instead of hanging it', async () => {
  expect(await failureOf((await bench.start('broken', { how: 'TypeError' })).result())).toMatchObject({ type: 'WorkflowError' })
})

test('a value that is not JSON, or none where there must be one, fails the run', async () => {
  expect(await failureOf((await bench.start('broken', { how: 'NaN' })).result())).toMatchObject({ type: 'InvalidOutput' })
  expect(await failureOf((await bench.start('broken', { how: 'nothing' })).result())).toMatchObject({ type: 'InvalidOutput' })
})

test('a cancelled run ends as stopped, with its best and a certificate', async () => {
  const run = await bench.start('counting', { target: 3, approve: true })
  while ((await run.query<Status>('status')).status !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 50))
  await run.cancel()
  expect(await run.result()).toMatchObject({
    status: 'stopped',
    reason: 'cancelled',
    best: { value: 2 },
    certificate: { bytes: expect.any(Number) },
  })
})

test('a cancelled run that sleeps or waits in its own code ends as stopped too', async () => {
  for (const how of ['sleep', 'wait']) {
    const run = await bench.start('broken', { how })
    await run.query('status')
    await run.cancel()
    expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  }
})

test('a workflow without a declaration passes through untouched', async () => {
  const run = await bench.start('plain', 'you')
  expect(await run.result()).toBe('hello you')
  const { events } = await run.fetchHistory()
  expect(events?.some((event) => event.activityTaskScheduledEventAttributes)).toBe(false)
  await expect(run.query('status')).rejects.toThrow()
})

test('a paused run starts no step until it is resumed', async () => {
  const run = await bench.start('slow', { steps: 40 })
  expect(await run.executeUpdate('pause', { args: [{}] })).toEqual({ accepted: true })
  const paused = await run.query<Status>('status')
  expect(paused.status).toBe('paused')
  const { historyLength } = await untilIdle(run)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect((await run.describe()).historyLength).toBe(historyLength)
  expect(await run.executeUpdate('resume', { args: [{}] })).toEqual({ accepted: true })
  expect(await run.executeUpdate('resume', { args: [{}] })).toMatchObject({ accepted: false })
  expect(await run.result()).toMatchObject({ value: 40 })
})

test('a message with the same id is answered like the first and does nothing again', async () => {
  const run = await bench.start('slow', { steps: 40 })
  const pause = { id: 'one' }
  await run.executeUpdate('pause', { args: [pause] })
  await run.executeUpdate('resume', { args: [{}] })
  expect(await run.executeUpdate('pause', { args: [pause] })).toEqual({ accepted: true })
  expect((await run.query<Status>('status')).status).not.toBe('paused')
  await run.result()
})

test('a cancelled run whose loop makes something else than the run returns ends as stopped too', async () => {
  const run = await bench.start('inner', { limits: { attempts: 2 } })
  while ((await run.query<Status>('status')).status !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 50))
  await run.cancel()
  const outcome = await run.result()
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  expect(outcome).not.toHaveProperty('best')
})

test('a verdict of a verifier that failed is never progress, and its candidate never the best', async () => {
  const run = await bench.start('unsure', {})
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'stalls', best: { value: 1, attempt: 1 } })
})

test('a declaration that throws, or a second argument that is none of ours, fails the run instead of hanging it', async () => {
  expect(await failureOf((await bench.start('strange', {})).result())).toMatchObject({ type: 'WorkflowError' })
  expect(await failureOf((await bench.start('counting', { target: 1 }, { gates: 5 })).result())).toMatchObject({ type: 'WorkflowError' })
})

test('what people say to a run that never listens does not keep it from ending', async () => {
  const run = await bench.start('counting', { target: 1, approve: true })
  while ((await run.query<Status>('status')).status !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 50))
  for (let index = 0; index < 12; index++) await run.executeUpdate('steer', { args: [{ text: 'x'.repeat(8_000) }] })
  await run.cancel()
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'cancelled' })
})

test('limits can be raised only so far, and only those that there are', async () => {
  const run = await bench.start('counting', { target: 1, approve: true, limits: { dollars: 'none' } })
  await expect(run.executeUpdate('extend', { args: [{ limits: { minutes: 1e304 } }] })).rejects.toThrow()
  expect(await run.executeUpdate('extend', { args: [{ limits: { dollars: 5 } }] })).toMatchObject({ accepted: false })
  await run.cancel()
})
