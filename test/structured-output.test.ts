import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type WorkflowFailedError } from '@temporalio/client'
import { type Outcome } from '../contract/outcome.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
let server: ScriptedServer
/** Each model of the scripted server is one behaviour. */
const behaviours = new Map<string, (request: ScriptedRequest) => Reply>()
beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => behaviours.get(request.model)!(request) })
  bench = await openBench('./workflows/values.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

/** Runs a workflow that asks for values; returns its outcome, what the server was asked, and the run's history length. */
async function valuesOf(behaviour: (request: ScriptedRequest) => Reply, input: object, carried?: object) {
  const model = `model-${randomUUID()}`
  behaviours.set(model, behaviour)
  const run = await bench.start('valuing', { models: `openai/${model}`, ...input }, ...(carried ? [carried] : []))
  const outcome = (await run.result()) as Outcome<unknown[]>
  return { outcome, requests: server.requests.filter((request) => request.model === model), run }
}

type Body = {
  response_format?: { type: string; json_schema?: { strict: boolean; schema: object } }
  tool_choice?: unknown
  tools?: unknown[]
}
const formOf = ({ body }: ScriptedRequest): string => {
  const { response_format, tool_choice } = body as Body
  return response_format?.type ?? (tool_choice ? 'tool' : 'text')
}
const refuses = (form: string): Reply => ({ error: { status: 400, body: { error: { message: `${form} is not supported` } } } })
const invoice = { number: 'A-1', total: 12.5, lines: [{ text: 'tea', amount: 12.5 }], tags: { a: 'b' }, paid: { kind: 'card', last: '42' } }

const forms = ['json_schema', 'tool', 'json_object', 'text']
for (const [index, level] of forms.entries()) {
  test(`a model that can do no better than ${level} gives the same value, and is asked that way from then on`, async () => {
    const able = forms.slice(index)
    const { outcome, requests } = await valuesOf(
      (request) => {
        const form = formOf(request)
        if (!able.includes(form)) return refuses(form)
        if (form === 'tool') return { toolCalls: [{ name: 'answer', arguments: invoice }] }
        return JSON.stringify(invoice)
      },
      { schema: 'invoice', calls: 2 },
    )
    expect(outcome).toMatchObject({
      status: 'accepted',
      value: [
        { ...invoice, currency: 'EUR' },
        { ...invoice, currency: 'EUR' },
      ],
    })
    expect(requests.map(formOf)).toEqual([...forms.slice(0, index + 1), level])
  })
}

test('a strict server is asked for every member, and its nulls for optional ones are absent members', async () => {
  const { outcome, requests } = await valuesOf(() => JSON.stringify({ answer: 4, note: null }), { schema: 'simple' })
  expect(outcome.value).toEqual([{ answer: 4 }])
  expect((requests[0]!.body as Body).response_format).toMatchObject({
    json_schema: {
      strict: true,
      schema: {
        required: ['answer', 'note'],
        additionalProperties: false,
        properties: { note: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
      },
    },
  })
})

test('a schema that is no object, or that strict servers cannot follow, is asked for in the same forms', async () => {
  const list = await valuesOf(
    (request) => (formOf(request) === 'json_schema' ? refuses('it') : { toolCalls: [{ name: 'answer', arguments: { value: ['a'] } }] }),
    {
      schema: 'list',
    },
  )
  expect(list.outcome.value).toEqual([['a']])
  const { requests } = await valuesOf(() => JSON.stringify(invoice), { schema: 'invoice' })
  expect((requests[0]!.body as Body).response_format).toMatchObject({ json_schema: { strict: false } })
})

const good = '{"answer":4}'
/** What a model says first, and whether that can be read (`read`) or must be said again (`again`). */
const replies: [string, Reply, 'read' | 'again'][] = [
  ['plain', good, 'read'],
  ['spaces around', `\n\n  ${good}\n`, 'read'],
  ['a fence', '```json\n{"answer":4}\n```', 'read'],
  ['a fence without a name', '```\n{"answer":4}\n```', 'read'],
  ['words around a fence', 'Sure!\n```json\n{"answer":4}\n```\nAnything else?', 'read'],
  ['words around', `The value is ${good}, I think.`, 'read'],
  ['a comma too many', '{"answer":4,}', 'read'],
  ['single quotes', "{'answer': 4}", 'read'],
  ['names without quotes', '{answer: 4}', 'read'],
  ['comments', '{\n  // the answer\n  "answer": 4\n}', 'read'],
  ['a bracket missing at the end', '{"answer":4', 'read'],
  ['Python words', '{"answer": 4, "note": None}', 'read'],
  ['a byte order mark', `\uFEFF${good}`, 'read'],
  ['an unknown member', '{"answer":4,"mood":"fine"}', 'read'],
  ['two fences, the last one meant', '```json\n{"draft":1}\n```\nNo:\n```json\n{"answer":4}\n```', 'read'],
  ['nothing', '', 'again'],
  ['words only', 'I would say four.', 'again'],
  ['HTML', '<html><body>502</body></html>', 'again'],
  ['a number as text', '{"answer":"4"}', 'again'],
  ['a fraction', '{"answer":4.5}', 'again'],
  ['null', 'null', 'again'],
  ['a list', '[4]', 'again'],
  ['a bare number', '4', 'again'],
  ['true for a number', '{"answer":true}', 'again'],
  ['NaN', '{"answer":NaN}', 'again'],
  ['a number over all', '{"answer":1e999}', 'again'],
  ['a member missing', '{"note":"four"}', 'again'],
  ['a member of another kind', '{"answer":4,"note":7}', 'again'],
  ['wrapped', '{"result":{"answer":4}}', 'again'],
  ['a reference', `{"sha256":"${'a'.repeat(64)}","bytes":3}`, 'again'],
  ['nested a hundred levels', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 'again'],
  ['cut off', { text: '{"answer":4', finish: 'length' }, 'again'],
  ['a call of a tool that nobody offered', { toolCalls: [{ name: 'other', arguments: { number: 4 } }] }, 'again'],
]

test('33 odd replies are read, or said again with what is wrong with them', async () => {
  expect(replies).toHaveLength(33)
  await Promise.all(
    replies.map(async ([name, first, expected]) => {
      const { outcome, requests } = await valuesOf(({ messages }) => (messages.length === 1 ? first : good), { schema: 'simple' })
      expect([name, outcome.status, outcome.value]).toEqual([name, 'accepted', [expect.objectContaining({ answer: 4 })]])
      // A call that was lost on a busy machine is made again, with the same words.
      const asked = new Set(requests.map(({ messages }) => JSON.stringify(messages)))
      expect([name, asked.size]).toEqual([name, expected === 'read' ? 1 : 2])
      if (expected === 'again') expect([...asked][1]).toContain('That does not fit')
    }),
  )
}, 120_000)

test('after three turns that still do not fit it is a typed failure that quotes what was wrong, and no other model is asked', async () => {
  const model = `model-${randomUUID()}`
  behaviours.set(model, () => '{"answer":"four"}')
  behaviours.set('other', () => good)
  const run = await bench.start('valuing', { models: [`openai/${model}`, 'openai/other'], schema: 'simple' })
  const error = (await run.result().catch((thrown: unknown) => thrown)) as WorkflowFailedError
  expect(error.cause).toMatchObject({
    type: 'OutputMismatch',
    message: expect.stringMatching(/in 4 tries: .*expected (int|number), received string/s),
    details: [{ stage: 'ask#1', effect: 'no', next: expect.any(String) }],
  })
  expect(server.requests.filter((request) => request.model === model)).toHaveLength(4)
  expect(server.requests.filter((request) => request.model === 'other')).toHaveLength(0)
})

test('a schema that JSON cannot say is refused before anything is asked', async () => {
  behaviours.set('never', () => good)
  const run = await bench.start('valuing', { models: 'openai/never', schema: 'date' })
  const error = (await run.result().catch((thrown: unknown) => thrown)) as WorkflowFailedError
  expect(error.cause).toMatchObject({ type: 'SchemaRefused', details: [{ effect: 'no' }] })
  expect(server.requests.filter((request) => request.model === 'never')).toHaveLength(0)
})

for (const seamEvery of [1, 2]) {
  test(`values are the same, and the form is still known, when the run continues as new after every ${seamEvery} steps`, async () => {
    const { outcome, requests } = await valuesOf(
      (request) =>
        formOf(request) === 'json_schema' ? refuses('json_schema') : { toolCalls: [{ name: 'answer', arguments: { answer: 4 } }] },
      { schema: 'simple', calls: 3 },
      { seamEvery },
    )
    expect(outcome.value).toEqual([{ answer: 4 }, { answer: 4 }, { answer: 4 }])
    expect(requests.map(formOf)).toEqual(['json_schema', 'tool', 'tool', 'tool'])
  })
}

test('what the models file says of a model is where asking for JSON begins', async () => {
  const model = `model-${randomUUID()}`
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models: { [`openai/${model}`]: { json: 'json_object' } } }))
  behaviours.set(model, () => good)
  const run = await bench.start('valuing', { models: `openai/${model}`, schema: 'simple' })
  expect(await run.result()).toMatchObject({ value: [{ answer: 4 }] })
  expect(server.requests.filter((request) => request.model === model).map(formOf)).toEqual(['json_object'])
})
