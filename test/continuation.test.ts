import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { WorkflowFailedError } from '@temporalio/client'
import { type ApplicationFailure } from '@temporalio/common'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench('./workflows/reentry.ts')
})
afterAll(() => bench.close())

test('a run continues as new only after every message has its answer', async () => {
  const run = await bench.start('answering', {}, { seamEvery: 1 })
  const answered = async (): Promise<number> => {
    try {
      return await run.executeUpdate<number, []>('slowly')
    } catch (error) {
      // The handler is there from the workflow's first line on, which comes after the preflight.
      if (String((error as Error).cause).includes('No registered handler')) return answered()
      throw error
    }
  }
  expect(await answered()).toBe(1)
  expect(await run.result()).toMatchObject({ status: 'accepted', value: 3 })
})

test('code that takes another step after a continuation fails as ReentryDiverged, and says where', async () => {
  const run = await bench.start('wandering', {}, { seamEvery: 1 })
  const error: unknown = await run.result().catch((thrown: unknown) => thrown)
  expect((error as WorkflowFailedError).cause as ApplicationFailure).toMatchObject({
    type: 'ReentryDiverged',
    message: expect.stringContaining('put#1'),
    details: [{ run: run.workflowId, stage: 'put#1', effect: 'no' }],
  })
})

for (const seamEvery of [undefined, 1]) {
  test(`a proposer that changes the best candidate in place doesn't change what is kept${seamEvery ? ', nor what is carried' : ''}`, async () => {
    const run = await bench.start('pushing', { limits: { attempts: 3 } }, ...(seamEvery ? [{ seamEvery }] : []))
    expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'attempts', best: { attempt: 1, value: [1] } })
  })
}
