import { expect, test } from '@jest/globals'
import { openSandbox } from '../activities/sandbox/open.ts'

test('the canary proves bubblewrap', async () => {
  const sandbox = await openSandbox({})
  expect(sandbox).toEqual({ level: expect.stringMatching(/^bubblewrap/), run: expect.any(Function) })
})
