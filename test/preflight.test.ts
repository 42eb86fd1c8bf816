import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createPreflight } from '../activities/preflight/index.ts'
import { listedPrice } from '../activities/preflight/prices.ts'
import { isLocal } from '../activities/model/local.ts'
import { type World } from '../activities/world.ts'
import { failureOf, newWorld } from './model.fixture.ts'

async function preflight(
  models: string[],
  environment: World['environment'] = {},
  { dollars = 5, prices }: { dollars?: number | 'none'; prices?: unknown } = {},
) {
  const world = await newWorld(environment)
  if (prices !== undefined)
    await writeFile(join(world.stateFolder, 'prices.json'), typeof prices === 'string' ? prices : JSON.stringify(prices))
  return createPreflight(world)({ run: 'run', workflow: 'testAndFix', models, dollars })
}

const local = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }

test('builtin/repair needs no key, costs nothing, and nothing else is built in', async () => {
  const { models, searchAttributes, sandbox } = await preflight(['builtin/repair'])
  expect(models['builtin/repair']).toMatchObject({ price: { input: 0, output: 0 }, where: 'builtin' })
  expect({ searchAttributes, sandbox }).toEqual({ searchAttributes: ['LoopwrightStatus'], sandbox: expect.stringMatching(/^bubblewrap/) })
  expect(await failureOf(preflight(['builtin/other']))).toMatchObject({ type: 'UnknownProvider' })
})

test('a missing key is one sentence that names the variable and the model that needs none', async () => {
  expect(await failureOf(preflight(['openai/gpt-5-mini']))).toMatchObject({
    type: 'MissingKey',
    message:
      'openai/gpt-5-mini needs a key in OPENAI_API_KEY, which is not set where the worker runs: set it there, or use the model builtin/repair, which needs no key.',
    detail: { effect: 'no', next: expect.stringContaining('OPENAI_API_KEY') },
  })
  expect(await failureOf(preflight(['openai/gpt-5-mini'], { OPENAI_API_KEY: 'sk\nsecret' }))).toMatchObject({
    type: 'MissingKey',
    message: expect.not.stringContaining('secret'),
  })
})

test('a listed model has its price in micro-dollars per million tokens and its window', async () => {
  const { models } = await preflight(['openai/gpt-5-mini:high'], { OPENAI_API_KEY: 'k' })
  expect(models['openai/gpt-5-mini:high']).toEqual({
    price: { input: 250_000, output: 2_000_000 },
    window: 400_000,
    maxOutput: 16_384,
    where: 'https://api.openai.com/v1',
  })
})

test('a price is never too low: the highest tier, the dearest hour, cache writes; charged per request is unknown', () => {
  const at = (hour: number) => Date.UTC(2026, 0, 1, hour)
  expect(listedPrice('gpt-5.5', 'https://api.openai.com/v1', at(0)).price).toEqual({ input: 10_000_000, output: 45_000_000 })
  const hours = [0, 6, 12, 18].map((hour) => listedPrice('deepseek-chat', 'https://api.deepseek.com/v1', at(hour)).price)
  expect(hours).toEqual(Array(4).fill({ input: 270_000, output: 1_100_000 }))
  expect(listedPrice('claude-sonnet-4-5', 'https://api.anthropic.com/v1', at(0)).price?.input).toBeGreaterThanOrEqual(3_750_000)
  expect(listedPrice('sonar', 'https://api.perplexity.ai', at(0)).price).toBeNull()
  expect(listedPrice('gpt-5-mini', 'https://gateway.example/v1', at(0)).price).toBeNull()
})

test('an unknown price under a dollar cap is refused with the two ways out, and both work', async () => {
  const environment = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://gateway.example/v1' }
  const { type, message } = await failureOf(preflight(['openai/mine'], environment))
  expect(type).toBe('UnknownPrice')
  expect(message).toMatch(
    /^Nobody knows the price of openai\/mine, so no dollar cap can hold: set the limit dollars to "none" \(tokens still cap\), or give its price in .*prices\.json as \{ "openai\/mine": \{ "input": 0\.25, "output": 2 \} \} \(dollars per million tokens\)\.$/,
  )
  const without = await preflight(['openai/mine'], environment, { dollars: 'none' })
  expect(without.models['openai/mine']).toMatchObject({ price: null, window: 128_000, maxOutput: 16_384 })
  const asSaid = /as (\{.*\}) \(dollars/.exec(message)?.[1]
  const priced = await preflight(['openai/mine'], environment, { prices: asSaid })
  expect(priced.models['openai/mine']?.price).toEqual({ input: 250_000, output: 2_000_000 })
})

test('a local provider is free and needs no key, unless a price is given for it', async () => {
  expect((await preflight(['openai/x', 'ollama/y', 'vllm/z'], local)).models).toMatchObject({
    'openai/x': { price: { input: 0, output: 0 }, where: local.OPENAI_BASE_URL },
    'ollama/y': { price: { input: 0, output: 0 } },
    'vllm/z': { price: { input: 0, output: 0 } },
  })
  const prices = { 'openai/x': { input: 0.28, output: 1.0000001, window: 1_000_000, maxOutput: 2_000 } }
  expect((await preflight(['openai/x:low'], local, { prices })).models['openai/x:low']).toMatchObject({
    price: { input: 280_000, output: 1_000_001 },
    window: 1_000_000,
    maxOutput: 2_000,
  })
})

test('the file that LOOPWRIGHT_PRICES names wins over the one in the state folder, model by model', async () => {
  const { stateFolder } = await newWorld()
  const file = join(stateFolder, 'mine.json')
  await writeFile(file, JSON.stringify({ 'openai/a': { input: 1, output: 1 } }))
  const prices = { 'openai/a': { input: 9, output: 9 }, 'openai/b': { input: 2, output: 2 } }
  const { models } = await preflight(['openai/a', 'openai/b'], { ...local, LOOPWRIGHT_PRICES: file }, { prices })
  expect([models['openai/a']?.price?.input, models['openai/b']?.price?.input]).toEqual([1_000_000, 2_000_000])
})

test.each([
  ['no JSON', '{', 'expected'],
  ['a negative price', { 'openai/x': { input: -1, output: 1 } }, 'openai/x → input'],
  ['only half a price', { 'openai/x': { input: 1 } }, 'go together'],
  ['a misspelt field', { 'openai/x': { input: 1, output: 1, windw: 1 } }, 'windw'],
  ['a name without a provider', { x: { input: 1, output: 1 } }, 'x'],
])('a price file with %s is refused, not ignored', async (_name, prices, part) => {
  const { type, message } = await failureOf(preflight(['openai/x'], local, { prices }))
  expect(type).toBe('InvalidInput')
  expect(message).toContain(part)
  expect(message).toContain('prices.json')
})

test('a price file that is named but missing is refused', async () => {
  expect(await failureOf(preflight(['openai/x'], { ...local, LOOPWRIGHT_PRICES: '/nowhere/prices.json' }))).toMatchObject({
    type: 'InvalidInput',
  })
})

test('every problem is named at once', async () => {
  const { type, message } = await failureOf(preflight(['openai/a', 'nobody/b', 'builtin/c', 'openai/a']))
  expect(type).toBe('MissingKey')
  for (const part of ['OPENAI_API_KEY', 'LOOPWRIGHT_PROVIDER_NOBODY_URL', 'builtin/c']) expect(message.split(part)).toHaveLength(2)
})

test('a base URL that is none is refused without repeating it', async () => {
  for (const url of ['nonsense', 'ftp://host/v1', 'https://user:hunter2@host/v1'])
    expect(await failureOf(preflight(['openai/x'], { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'k' }))).toMatchObject({
      type: 'UnknownProvider',
      message: 'The provider openai cannot be reached: OPENAI_BASE_URL is not an http or https URL without a password in it.',
    })
})

test('local is what no public address can be', () => {
  const locals = [
    '127.0.0.1',
    '127.9.9.9:80',
    'localhost',
    '[::1]',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '[fd00::1]',
    'ollama:11434',
    'box.local',
    '2130706433',
  ]
  const publics = [
    '8.8.8.8',
    '172.32.0.1',
    '11.0.0.1',
    'api.openai.com',
    'localhost.example.com',
    '[2001:db8::1]',
    '127.0.0.1.example.com',
    '10.example.com',
  ]
  expect(locals.filter((host) => !isLocal(`http://${host}/v1`))).toEqual([])
  expect(publics.filter((host) => isLocal(`http://${host}/v1`))).toEqual([])
})
