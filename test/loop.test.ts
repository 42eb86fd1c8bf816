import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('a loop ends accepted with the value that its verifier accepts', async () => {
  const run = await bench.start('counting', { target: 3 })
  expect(await run.result()).toMatchObject({
    status: 'accepted',
    value: 3,
    spent: { attempts: 3 },
    certificate: { sha256: expect.any(String) },
  })
})
