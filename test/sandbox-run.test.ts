import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openBench, type CoreBench } from './support/core.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench(fileURLToPath(new URL('../workflows/index.ts', import.meta.url)), { LOOPWRIGHT_SANDBOX: 'none' })
})
afterAll(() => bench.close())

test('a run that wants its commands confined is refused by a worker that cannot, before anything is done, with what to do', async () => {
  const input = { repo: makeRepository(brokenSum), test: 'npm test' }
  const refused = await bench.start('testAndFix', { ...input, confined: true })
  await expect(refused.result()).rejects.toMatchObject({
    cause: { type: 'SandboxRefused', message: expect.stringContaining('LOOPWRIGHT_SANDBOX is set to none'), details: [{ effect: 'no' }] },
  })
  const { events } = await refused.fetchHistory()
  expect(events?.filter((event) => event.activityTaskScheduledEventAttributes)).toHaveLength(1)
  const run = await bench.start('testAndFix', input)
  expect(await run.result()).toMatchObject({ status: 'accepted' })
  expect(await run.query('status')).toMatchObject({ sandbox: 'none' })
})
