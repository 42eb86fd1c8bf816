import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createPreflight } from '../activities/preflight/index.ts'
import { listedPrice } from '../activities/preflight/prices.ts'
import { isLocal } from '../activities/model/local.ts'
import { type World } from '../activities/world.ts'
import { lookAtProviders, settingsSchema } from '../workers/models.ts'
import { failureOf, newWorld } from './model.fixture.ts'

async function preflight(
  models: string[],
  environment: World['environment'] = {},
  { dollars = 5, settings }: { dollars?: number | 'none'; settings?: unknown } = {},
) {
  const world = await newWorld(environment)
  if (settings !== undefined)
    await writeFile(join(world.stateFolder, 'models.json'), typeof settings === 'string' ? settings : JSON.stringify(settings))
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
    /^Nobody knows the price of openai\/mine, so no dollar cap can hold: set the limit dollars to "none" \(tokens still cap\), or give its price in .*models\.json as \{ "models": \{ "openai\/mine": \{ "input": 0\.25, "output": 2 \} \} \} \(dollars per million tokens\)\.$/,
  )
  const without = await preflight(['openai/mine'], environment, { dollars: 'none' })
  expect(without.models['openai/mine']).toMatchObject({ price: null, window: 128_000, maxOutput: 16_384 })
  const asSaid = /as (\{.*\}) \(dollars/.exec(message)?.[1]
  const priced = await preflight(['openai/mine'], environment, { settings: asSaid })
  expect(priced.models['openai/mine']?.price).toEqual({ input: 250_000, output: 2_000_000 })
})

test('a local provider is free and needs no key, unless a price is given for it', async () => {
  expect((await preflight(['openai/x', 'ollama/y', 'vllm/z'], local)).models).toMatchObject({
    'openai/x': { price: { input: 0, output: 0 }, where: local.OPENAI_BASE_URL },
    'ollama/y': { price: { input: 0, output: 0 } },
    'vllm/z': { price: { input: 0, output: 0 } },
  })
  const settings = { models: { 'openai/x': { input: 0.28, output: 1.0000001, window: 1_000_000, maxOutput: 2_000 } } }
  expect((await preflight(['openai/x:low'], local, { settings })).models['openai/x:low']).toMatchObject({
    price: { input: 280_000, output: 1_000_001 },
    window: 1_000_000,
    maxOutput: 2_000,
  })
})

test('the models file is models.json in the state folder, or the one that LOOPWRIGHT_MODELS names, or that variable itself', async () => {
  const { stateFolder } = await newWorld()
  const file = join(stateFolder, 'mine.json')
  const priced = (input: number) => ({ models: { 'openai/a': { input, output: 1 } } })
  await writeFile(file, JSON.stringify(priced(1)))
  const inputOf = async (environment: World['environment']) => {
    const { models } = await preflight(['openai/a'], { ...local, ...environment }, { settings: priced(9) })
    return models['openai/a']?.price?.input
  }
  expect(await inputOf({})).toBe(9_000_000)
  expect(await inputOf({ LOOPWRIGHT_MODELS: file })).toBe(1_000_000)
  expect(await inputOf({ LOOPWRIGHT_MODELS: JSON.stringify(priced(3)) })).toBe(3_000_000)
})

test.each([
  ['no JSON', '{', 'it is not JSON'],
  ['a negative price', { models: { 'openai/x': { input: -1, output: 1 } } }, 'models → openai/x → input: '],
  ['only half a price', { models: { 'openai/x': { input: 1 } } }, 'models → openai/x: input and output go together'],
  ['a misspelt field', { models: { 'openai/x': { windw: 1 } } }, 'models → openai/x: Unrecognized key: "windw"'],
  ['a name without a provider', { models: { x: { input: 1, output: 1 } } }, 'models → x: '],
  ['a provider with a slash', { providers: { 'a/b': { url: 'http://127.0.0.1/v1' } } }, 'providers → a/b: '],
  [
    'a key in place of its variable',
    { providers: { openai: { key: 'sk-proj-1234' } } },
    'providers → openai → key: the name of a variable, not a key itself',
  ],
  ['an unknown way to ask for JSON', { models: { 'openai/x': { json: 'yaml' } } }, 'models → openai/x → json: '],
])('a models file with %s is refused in one sentence with its path, the place and the remedy', async (_name, settings, part) => {
  const { type, message, detail } = await failureOf(preflight(['openai/x'], local, { settings }))
  expect(type).toBe('InvalidInput')
  expect(message).toMatch(
    /^The models file \S+models\.json cannot be used: .*; it should look like \{.*\} \(dollars per million tokens\)\.$/,
  )
  expect(message).toContain(part)
  expect(message).not.toContain('1234')
  expect(detail).toMatchObject({ effect: 'no', next: expect.stringMatching(/^Mend or remove \S+models\.json; .*--schema/) })
})

test('a models file that is named but missing is refused', async () => {
  const { type, message } = await failureOf(preflight(['openai/x'], { ...local, LOOPWRIGHT_MODELS: '/nowhere/models.json' }))
  expect([type, message]).toEqual([
    'InvalidInput',
    expect.stringContaining('/nowhere/models.json cannot be used: it cannot be read (ENOENT)'),
  ])
})

test('a provider of one’s own, its key, and what it understands, stand in the models file', async () => {
  const settings = {
    providers: { mine: { url: 'https://gateway.example/v1', key: 'GATEWAY_KEY', json: 'json_object', effort: false, tools: false } },
    models: { 'mine/good': { input: 1, output: 2, tools: true, json: 'tool' } },
  }
  expect(await failureOf(preflight(['mine/good'], {}, { settings }))).toMatchObject({
    type: 'MissingKey',
    message:
      'mine/good needs a key in GATEWAY_KEY, which is not set where the worker runs: set it there, or use the model builtin/repair, which needs no key.',
  })
  const { models } = await preflight(['mine/good', 'mine/other:high'], { GATEWAY_KEY: 'k' }, { settings, dollars: 'none' })
  expect(models['mine/good']).toMatchObject({ form: 'tool', lacks: ['effort'], where: 'https://gateway.example/v1' })
  expect(models['mine/other:high']).toMatchObject({ price: null, form: 'json_object', lacks: ['tools', 'effort'] })
})

test('what is known of a provider holds until the models file says otherwise', async () => {
  const key = { ANTHROPIC_API_KEY: 'k' }
  const lacksOf = async (settings: object) =>
    (await preflight(['anthropic/x:high'], key, { settings, dollars: 'none' })).models['anthropic/x:high']
  expect(await lacksOf({})).toMatchObject({ form: 'tool', lacks: ['effort'] })
  expect(await lacksOf({ providers: { anthropic: { effort: true, json: 'json_schema' } } })).not.toHaveProperty('lacks')
})

test('Azure is asked at the deployment where there is an API version, else at one address for all of them', async () => {
  const key = { AZURE_OPENAI_API_KEY: 'k' }
  const where = async (environment: World['environment'], settings: object = {}) =>
    (await preflight(['azure/my-model'], { ...key, ...environment }, { settings, dollars: 'none' })).models['azure/my-model']?.where
  const resource = 'https://mine.openai.azure.com'
  for (const endpoint of [resource, `${resource}/`, `${resource}/openai`, `${resource}/openai/v1/`])
    expect(await where({ AZURE_OPENAI_ENDPOINT: endpoint })).toBe(`${resource}/openai/v1`)
  const deployment = `${resource}/openai/deployments/my-model`
  expect(await where({ AZURE_OPENAI_ENDPOINT: resource, AZURE_OPENAI_API_VERSION: '2024-10-21' })).toBe(deployment)
  expect(await where({}, { providers: { azure: { url: resource, query: { 'api-version': '2024-10-21' } } } })).toBe(deployment)
  expect(await failureOf(preflight(['azure/x'], key))).toMatchObject({
    type: 'UnknownProvider',
    message: 'Nobody knows where azure is: set AZURE_OPENAI_ENDPOINT to its URL where the worker runs.',
  })
})

test('whoever asks what a worker here knows is told every provider, its URL and whether its key is set', async () => {
  const { stateFolder } = await newWorld()
  const file = { LOOPWRIGHT_MODELS: '{"providers":{"my-box":{"url":"http://127.0.0.1:1/v1","key":"MINE"}}}' }
  const look = (environment: World['environment']) => lookAtProviders({ stateFolder, environment })
  const findings = await look({ OPENAI_API_KEY: 'k', LOOPWRIGHT_PROVIDER_MY_BOX_KEY: 'k', ...file })
  expect(findings).toContainEqual(expect.objectContaining({ provider: 'openai', url: 'https://api.openai.com/v1', keySet: true }))
  expect(findings).toContainEqual({
    provider: 'azure',
    urlVariable: 'AZURE_OPENAI_ENDPOINT',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    keySet: false,
  })
  expect(findings).toContainEqual(
    expect.objectContaining({ provider: 'my-box', url: 'http://127.0.0.1:1/v1', keyVariable: 'MINE', keySet: true }),
  )
  expect(await look({ LOOPWRIGHT_MODELS: '{"models":{"x":{}}}' })).toMatchObject({
    problem: expect.stringMatching(/^The models file LOOPWRIGHT_MODELS cannot be used: models → x: /),
  })
  expect(settingsSchema()).toMatchObject({ type: 'object', properties: { providers: {}, models: {} } })
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
