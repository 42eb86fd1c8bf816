import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Outcome } from '../contract/outcome.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench('./workflows/models.ts')
})
afterAll(() => bench.close())

for (const carried of [undefined, { seamEvery: 1 }, { seamEvery: 2 }]) {
  test(`files that are written side by side are all kept, and verified without a baseline${carried ? `, when the run continues as new after every ${carried.seamEvery} steps` : ''}`, async () => {
    const run = await bench.start('writing', { repo: makeRepository(brokenSum), files: 4, test: 'npm test' }, carried)
    const outcome = (await run.result()) as Outcome<{ files: string[]; accepted: boolean; objections: string[] }>
    expect(outcome.value).toEqual({
      files: ['file-0.txt', 'file-1.txt', 'file-2.txt', 'file-3.txt'],
      accepted: false,
      objections: ['sum.test.js > adds', 'sum.test.js > doubles'],
    })
  })
}
