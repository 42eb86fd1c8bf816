import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createCallModel } from '../activities/model/index.ts'
import { Breaker } from '../activities/model/breaker.ts'
import { defaultSilence } from '../activities/model/watch.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { asking, closeServers, newWorld } from './model.fixture.ts'
import { type CoreBench, openBench } from './support/core.ts'

const broken = { error: { status: 503 } }
let bench: CoreBench
let failing: ScriptedServer
let working: ScriptedServer
beforeAll(async () => {
  failing = await startScriptedServer({ script: () => broken })
  working = await startScriptedServer({ script: () => '{"answer":4}' })
  bench = await openBench('./workflows/values.ts', {
    LOOPWRIGHT_PROVIDER_FIRST_URL: failing.url,
    LOOPWRIGHT_PROVIDER_SECOND_URL: working.url,
  })
})
afterAll(async () => {
  await bench.close()
  await Promise.all([failing.close(), working.close(), closeServers()])
})

test('a provider that fails five times in a row is not asked by any worker of the store until its time is over, and then again', async () => {
  let mended = false
  const server = await startScriptedServer({ script: () => (mended ? 'Hello.' : broken) })
  const world = await newWorld({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'secret-key-1' })
  const worker = () => asking(createCallModel(world, defaultSilence, new Breaker(world.store, 6_000)))
  const [one, other] = [worker(), worker()]
  for (let call = 1; call <= 5; call++) await expect(one()).rejects.toMatchObject({ type: 'ServerError' })
  mended = true
  const skipped = { type: 'Skipped', message: expect.stringMatching(/openai is skipped for another \d+ s because it kept failing: .*503/) }
  await expect(one()).rejects.toMatchObject({ ...skipped, details: [{ charged: 'no', retryAfterMilliseconds: expect.any(Number) }] })
  await expect(other()).rejects.toMatchObject(skipped)
  expect(server.counts.requests).toBe(5)
  for (;;) {
    const text = await one().then(
      (reply) => reply.text,
      () => undefined,
    )
    if (text === 'Hello.') break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(await one()).toMatchObject({ text: 'Hello.' })
  await server.close()
})

test('a refused request or key is no reason to skip a provider, nor are failures that successes lie between', async () => {
  let count = 0
  const server = await startScriptedServer({ script: () => (++count % 5 === 0 ? 'Hello.' : { error: { status: count > 12 ? 400 : 503 } }) })
  const ask = asking(createCallModel(await newWorld({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'secret-key-1' })))
  for (let call = 1; call <= 30; call++) await ask().catch(() => undefined)
  expect(server.counts.requests).toBe(30)
  await server.close()
})

test('runs go on with the next model of the chain while a provider is skipped, and it is asked no more', async () => {
  const start = () => bench.start('valuing', { models: ['first/x', 'second/y'], schema: 'simple', calls: 4, limits: { dollars: 'none' } })
  const [one, other] = [await start(), await start()]
  const outcomes = (await Promise.all([one.result(), other.result()])) as Outcome<unknown[]>[]
  for (const { status, value } of outcomes) expect([status, value?.length]).toEqual(['accepted', 4])
  // Eight calls would have been three tries each.
  expect(failing.counts.requests).toBeLessThanOrEqual(8)
  expect(working.counts.requests).toBe(8)
})
