import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

const price = { input: 2_000_000, output: 8_000_000 }
let bench: CoreBench
let server: ScriptedServer

beforeAll(async () => {
  server = await startScriptedServer({
    script: ({ model, maxTokens }) => {
      if (model === 'greedy') return { text: 'x'.repeat(40_000), overshoot: true }
      return { text: 'y'.repeat((maxTokens ?? 10) * 8), delayMilliseconds: 30 }
    },
    prices: { '*': price },
  })
  bench = await openBench('./workflows/models.ts', {
    OPENAI_BASE_URL: server.url,
    OPENAI_API_KEY: 'key',
    LOOPWRIGHT_PROVIDER_ELSEWHERE_URL: 'http://203.0.113.1/v1',
    LOOPWRIGHT_PROVIDER_ELSEWHERE_KEY: 'key',
  })
  // Dollars per million tokens, as a user writes them.
  const prices = { 'openai/priced': { input: 2, output: 8 }, 'openai/greedy': { input: 2, output: 8 } }
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models: prices }))
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

test('20 parallel model calls on a budget for 5 never cost more than the cap, by the count of the provider itself', async () => {
  const before = server.counts.chargedMicroDollars
  const dollars = 0.045
  const run = await bench.start('asking', {
    models: 'openai/priced',
    calls: 20,
    maxOutputTokens: 1_000,
    limits: { dollars, concurrency: 20 },
  })
  const outcome = await run.result()
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'dollars', why: expect.stringContaining('left') })
  const charged = server.counts.chargedMicroDollars - before
  expect(charged).toBeGreaterThan(0)
  expect(charged).toBeLessThanOrEqual(dollars * 1e6)
  expect(outcome.spent.microDollars).toBe(charged)
})

test('a cap on tokens holds without any price', async () => {
  const before = server.counts.chargedTokens
  const run = await bench.start('asking', {
    models: 'openai/local',
    calls: 20,
    maxOutputTokens: 1_000,
    limits: { tokens: 6_000, dollars: 'none', concurrency: 20 },
  })
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'tokens' })
  expect(server.counts.chargedTokens - before).toBeLessThanOrEqual(6_000)
})

test('a provider that ignores the output limit is found out at its first reply, and refused under a dollar cap', async () => {
  const before = server.counts.requests
  const run = await bench.start('asking', { models: 'openai/greedy', calls: 3, maxOutputTokens: 500, limits: { concurrency: 1 } })
  await expect(run.result()).rejects.toMatchObject({
    cause: { type: 'ModelFailed', message: expect.stringContaining('ignores the output limit') },
  })
  expect(server.counts.requests - before).toBe(1)
})

test('an unknown price under a dollar cap is refused before the first stage, with the two ways out', async () => {
  const before = server.counts.requests
  const run = await bench.start('asking', { models: 'elsewhere/unheard-of', calls: 1 })
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'UnknownPrice', message: expect.stringMatching(/dollars/) } })
  expect(server.counts.requests).toBe(before)
})

for (const carried of [undefined, { seamEvery: 1 }, { seamEvery: 2 }]) {
  test(`a loop never spends more than its share${carried ? `, also when the run continues as new after every ${carried.seamEvery} steps` : ''}`, async () => {
    const before = server.counts.chargedTokens
    const run = await bench.start('sharing', { models: 'openai/local', share: 3_000, attempts: 20, limits: { dollars: 'none' } }, carried)
    expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'tokens' })
    expect(server.counts.chargedTokens - before).toBeLessThanOrEqual(3_000)
    expect(server.counts.chargedTokens - before).toBeGreaterThan(1_000)
  })
}
