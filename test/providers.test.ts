import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Ability } from '../contract/abilities.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type OutputForm } from '../contract/structured.ts'
import {
  type ProviderKindName,
  providerKinds,
  type Reply,
  type ScriptedRequest,
  type ScriptedServer,
  scriptOfToolCalls,
  startScriptedServer,
} from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

/** Each: a model, the kind of server that has it, what that turns out to lack in the loop, the ways of asking for JSON until one works, and the effort that it is sent. */
const rows: { model: string; kind: ProviderKindName; lacks?: Ability[]; forms?: OutputForm[]; effort?: string }[] = [
  { model: 'openai/gpt:low', kind: 'openai', lacks: ['cap'], effort: 'low' },
  { model: 'azure/my-deployment', kind: 'azure' },
  { model: 'openrouter/some/model:free', kind: 'openrouter' },
  { model: 'gemini/flash:low', kind: 'gemini', effort: 'low' },
  { model: 'anthropic/claude:high', kind: 'anthropic', forms: ['tool'] },
  { model: 'ollama/qwen3:8b', kind: 'ollama' },
  { model: 'ollama/gemma-plain:low', kind: 'ollama', lacks: ['tools', 'effort'] },
  { model: 'vllm/org/model', kind: 'vllm', lacks: ['tools', 'system'] },
  { model: 'lmstudio/qwen3-8b', kind: 'lmstudio' },
  { model: 'plain/m:low', kind: 'plain', lacks: ['tools', 'effort', 'usage'], forms: ['json_schema', 'tool', 'json_object', 'text'] },
  { model: 'odd/m', kind: 'odd', forms: ['json_schema', 'tool', 'json_object'] },
]

const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'sum.js', search, replace } })
const fixer = scriptOfToolCalls([
  { name: 'read', arguments: { path: 'sum.js' } },
  [edit('a - b', 'a + b'), edit('a * 3', 'a * 2')],
  { name: 'finish', arguments: { answer: 'Both functions are right now.' } },
])

/** One model that fixes and one that tells: what it is asked for says which. */
function script(request: ScriptedRequest): Reply {
  if (!/Extract \d/.test(JSON.stringify(request.messages))) return { reasoning: 'Let me think. ', ...(fixer(request) as object) }
  return request.body['tool_choice'] ? { toolCalls: [{ name: 'answer', arguments: { answer: 4 } }] } : '{"answer":4}'
}

const servers = {} as Record<ProviderKindName, ScriptedServer>
let bench: CoreBench
beforeAll(async () => {
  const environment: Record<string, string> = { AZURE_OPENAI_API_VERSION: '2024-10-21' }
  for (const kind of Object.keys(providerKinds) as ProviderKindName[]) {
    servers[kind] = await startScriptedServer({ script, kind })
    environment[`LOOPWRIGHT_PROVIDER_${kind.toUpperCase()}_URL`] = servers[kind].url.replace(kind === 'azure' ? '/v1' : '', '')
    environment[`LOOPWRIGHT_PROVIDER_${kind.toUpperCase()}_KEY`] = `key-of-${kind}`
  }
  bench = await openBench('./workflows/providers.ts', environment)
})
afterAll(async () => {
  await bench.close()
  await Promise.all(Object.values(servers).map((server) => server.close()))
})

test('every provider kind of the scripted server is asked', () => {
  expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(Object.keys(providerKinds)))
})

test.each(rows)('with $model the same loop ends accepted, whatever its server is like', async ({ model, kind, lacks = [] }) => {
  const before = servers[kind].counts.requests
  const run = await bench.start('testAndFix', {
    repo: makeRepository(brokenSum),
    test: 'node --test',
    reruns: 0,
    models: model,
    limits: { dollars: 'none' },
  })
  const outcome = (await run.result()) as Outcome<unknown>
  expect(outcome).toMatchObject({ status: 'accepted', spent: { attempts: 1 } })
  expect(outcome.spent.tokens).toBeGreaterThan(100)
  // Three turns, and one refusal for each thing that is lacking: none is asked for twice.
  expect(servers[kind].counts.requests - before).toBe(3 + lacks.length)
})

test.each(rows)(
  'with $model a reply fits its schema, whatever its server is like',
  async ({ model, kind, forms = ['json_schema'], lacks = [], effort }) => {
    const before = servers[kind].counts.requests
    const run = await bench.start('valuing', { models: model, schema: 'simple', limits: { dollars: 'none' } })
    expect(await run.result()).toMatchObject({ status: 'accepted', value: [{ answer: 4 }] })
    const unasked = lacks.filter((ability) => !['tools', 'system'].includes(ability)).length
    expect(servers[kind].counts.requests - before).toBe(forms.length + unasked)
    expect(servers[kind].requests.at(-1)?.body['reasoning_effort']).toBe(effort)
  },
)

test('what a server lacks is not asked for again after the run has continued as new', async () => {
  const before = servers.plain.counts.requests
  const run = await bench.start(
    'valuing',
    { models: 'plain/seam:low', schema: 'simple', calls: 3, limits: { dollars: 'none' } },
    { seamEvery: 1 },
  )
  expect(await run.result()).toMatchObject({ value: [{ answer: 4 }, { answer: 4 }, { answer: 4 }] })
  // An effort, a count of tokens and three ways of asking for JSON are refused once each.
  expect(servers.plain.counts.requests - before).toBe(5 + 3)
})

test('a server without a count of tokens is charged with the bound of what was said', async () => {
  const spentAt = async (model: string) => {
    const run = await bench.start('valuing', { models: model, schema: 'simple', limits: { dollars: 'none' } })
    await run.result()
    const { events = [] } = await run.fetchHistory()
    const results = (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: done }) => done?.result?.payloads ?? [])
    const usages = results.flatMap(
      ({ data }) => /"usage":\{"input":(\d+),"output":(\d+)\}/.exec(Buffer.from(data ?? '').toString())?.slice(1) ?? [],
    )
    return usages.map(Number)
  }
  const [counted = 0] = await spentAt('lmstudio/counted')
  const [bound = 0, bytes] = await spentAt('odd/uncounted')
  expect(bound).toBeGreaterThan(counted)
  expect(bytes).toBe('{"answer":4}'.length)
})
