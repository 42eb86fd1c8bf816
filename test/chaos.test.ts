import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Ground, openGround } from '../bench/chaos/ground.ts'
import { naive } from '../bench/chaos/naive.ts'
import { replays } from '../bench/chaos/replays.ts'
import { storm } from '../bench/chaos/storm.ts'

/** A tenth of `npm run chaos`, with a seed of its own. */
const seed = 11
let ground: Ground
beforeAll(async () => {
  ground = await openGround()
})
afterAll(() => ground.close())

test(`workers and the server are killed and frozen at random (seed ${seed}): 36 effects in 5 runs, none lost and none twice, every doubt stated`, async () => {
  const size = { seed, effectRuns: 3, effectsPerRun: 12, repairRuns: 2, workers: 3, minutes: 8 }
  const { problems, workflowIds, effects, lost, twice, blows } = await storm(ground, size)
  expect({ problems, effects, lost, twice }).toEqual({ problems: [], effects: 36, lost: 0, twice: 0 })
  expect(blows.killed + blows.frozen).toBeGreaterThan(0)
  // All that was recorded in the storm replays, and a planted change is found out.
  const { histories, diverged, caught } = await replays(ground, workflowIds)
  expect({ diverged, caught }).toEqual({ diverged: 0, caught: histories })
}, 600_000)

test('the same storm over plain activities with default retries makes duplicates', async () => {
  let twice = 0
  // Chance may spare a short one; a storm that never makes any would show nothing.
  for (let round = 0; round < 5 && twice === 0; round++) {
    const control = await naive(ground, { seed: seed + round, runs: 4, effectsPerRun: 12, workers: 3, minutes: 8 })
    twice += control.twice
  }
  expect(twice).toBeGreaterThan(0)
}, 600_000)
