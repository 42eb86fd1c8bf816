import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Status } from '../contract/messages.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const attributes = async (run: { describe(): Promise<{ searchAttributes: Record<string, unknown> }> }) =>
  (await run.describe()).searchAttributes

test('a run can be read in Temporal’s own console: what it waits for, which step an activity is, and how it ended', async () => {
  const run = await bench.start('counting', { target: 1, approve: true })
  while ((await run.query<Status>('status')).status !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await attributes(run)).toMatchObject({ LoopwrightStatus: ['waiting'], LoopwrightWaitingFor: ['person'] })
  const { currentDetails } = await run.query<{ currentDetails: string }>('__temporal_workflow_metadata')
  expect(currentDetails).toContain('**waiting** Is 1 right?')

  await run.executeUpdate('pause', { args: [{}] })
  expect(await attributes(run)).toMatchObject({ LoopwrightStatus: ['paused'] })
  await run.cancel()
  await run.result()
  expect(await attributes(run)).toMatchObject({ LoopwrightStatus: ['stopped'], LoopwrightReason: ['cancelled'] })

  const { events } = await run.fetchHistory()
  const steps = (events ?? []).flatMap(
    ({ activityTaskScheduledEventAttributes: step, markerRecordedEventAttributes: last, userMetadata }) => {
      const summary = userMetadata?.summary?.data
      const id = step?.activityId ?? (last ? 'last' : undefined)
      return id ? [{ id, summary: summary ? (JSON.parse(Buffer.from(summary).toString()) as string) : undefined }] : []
    },
  )
  expect(steps).toContainEqual({ id: 'preflight', summary: 'look at models and machine' })
  expect(steps).toContainEqual({ id: 'last', summary: 'stopped: cancelled' })
  expect(steps.map(({ id }) => id)).toContain('loop#1/attempt#1/put#1')
})

test('a failed run is labelled as failed', async () => {
  const run = await bench.start('counting', { target: 9, fallback: ['fail'], limits: { attempts: 1 } })
  await expect(run.result()).rejects.toThrow()
  expect(await attributes(run)).toMatchObject({ LoopwrightStatus: ['failed'] })
})
