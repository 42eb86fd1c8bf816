import { expect, test } from '@jest/globals'
import { MockActivityEnvironment } from '@temporalio/testing'
import { createRunTests } from '../activities/tests/activity.ts'
import { inRepository } from './fixtures/tests/repository.ts'

/** What the activity throws on its given attempt when every checkout fails with this. */
function thrown(cause: Error, attempt: number): Promise<unknown> {
  return inRepository(async ({ world, commit }) => {
    const workspace = await commit({ 'a.js': '' })
    const broken = {
      withCheckout: () => Promise.reject(cause),
      restoreFiles: () => Promise.resolve(),
      changedFiles: () => Promise.resolve([]),
      readAt: () => Promise.resolve(undefined),
    }
    const call = { run: 'run', stage: 'tests#1', workspace, command: ['node', 'a.js'], minutes: 1 }
    return new MockActivityEnvironment({ attempt }).run(createRunTests(world, broken), call).catch((error: unknown) => error)
  })
}

const missing = Object.assign(new Error("ENOENT: no such file, copyfile 'guard.cjs'"), { code: 'ENOENT' })
const busy = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })

test('a missing file of ours ends the run at once, and says what to do', async () => {
  expect(await thrown(missing, 1)).toMatchObject({
    type: 'TestsNotRun',
    nonRetryable: true,
    message: expect.stringContaining('`node a.js` could not be started: ENOENT'),
    details: [{ run: 'run', stage: 'tests#1', effect: 'no', next: expect.stringContaining('Install Loopwright again') }],
  })
})

test('what may pass is tried three times, and no more', async () => {
  expect(await thrown(busy, 1)).toBe(busy)
  expect(await thrown(busy, 2)).toBe(busy)
  expect(await thrown(busy, 3)).toMatchObject({ type: 'TestsNotRun', nonRetryable: true, message: expect.stringContaining('EMFILE') })
})
