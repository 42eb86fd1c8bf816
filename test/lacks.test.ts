import { afterEach, expect, test } from '@jest/globals'
import { type Ability } from '../contract/abilities.ts'
import { type Message } from '../contract/models.ts'
import { type Reply } from '../testing/index.ts'
import { closeServers, failureOf, modelAt } from './model.fixture.ts'

afterEach(closeServers)

const offered = [
  { name: 'edit', description: 'Edits.', schema: { type: 'object' } },
  { name: 'tests', description: 'Runs the tests.', schema: { type: 'object' } },
]
const refusal = (status: number, body: unknown): Reply => ({ error: { status, body } })
const openai = (message: string, param?: string) => ({
  error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' },
})
const system: Message = { role: 'system', content: 'Be brief.' }

/** Each: who says it, how it is said, and what is lacking. */
const refusals: [string, Reply, Ability | undefined][] = [
  [
    'Ollama',
    refusal(400, { error: { message: 'registry.ollama.ai/library/gemma3:4b does not support tools', type: 'api_error' } }),
    'tools',
  ],
  [
    'vLLM',
    refusal(400, {
      object: 'error',
      message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      type: 'BadRequestError',
      code: 400,
    }),
    'tools',
  ],
  [
    'OpenRouter',
    refusal(404, { error: { message: 'No endpoints found that support tool use. To learn more, visit …', code: 404 } }),
    'tools',
  ],
  ['llama.cpp', refusal(500, { error: { code: 500, message: 'tools param requires --jinja flag', type: 'server_error' } }), 'tools'],
  [
    'OpenAI',
    refusal(400, openai("Unsupported parameter: 'reasoning_effort' is not supported with this model.", 'reasoning_effort')),
    'effort',
  ],
  ['Ollama', refusal(400, { error: { message: '"qwen2.5:7b" does not support thinking', type: 'api_error' } }), 'effort'],
  [
    'Gemini',
    refusal(400, [{ error: { code: 400, message: 'Unknown name "reasoning_effort": Cannot find field.', status: 'INVALID_ARGUMENT' } }]),
    'effort',
  ],
  [
    'OpenAI',
    refusal(400, openai("Unsupported value: 'messages[0].role' does not support 'system' with this model.", 'messages[0].role')),
    'system',
  ],
  ['vLLM', refusal(400, { object: 'error', message: 'System role not supported', type: 'BadRequestError', code: 400 }), 'system'],
  ['Mistral', refusal(422, { detail: [{ loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }] }), 'usage'],
  [
    'Azure',
    refusal(
      400,
      openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 'max_tokens'),
    ),
    'cap',
  ],
  [
    'OpenAI',
    refusal(400, openai('max_tokens is too large: 16384. This model supports at most 4096 completion tokens.', 'max_tokens')),
    undefined,
  ],
  ['anybody', refusal(400, openai('Invalid schema for function edit: not a tool of ours')), undefined],
  ['anybody', refusal(401, openai('this key does not support tools')), undefined],
]

test.each(refusals)('%s refuses in its words what it lacks: %j', async (_who, reply, lacks) => {
  const { ask, world } = await modelAt([reply])
  const tools = await world.store.put(JSON.stringify(offered))
  const call = { model: 'openai/m:low', tools, add: [system, { role: 'user', content: 'hello' } as const] }
  const { detail, type } = await failureOf(ask(call))
  expect([detail, type]).toEqual([
    expect.objectContaining({ charged: 'no' }),
    lacks || type !== 'Unauthorized' ? 'BadRequest' : 'Unauthorized',
  ])
  expect((detail as { lacks?: Ability }).lacks).toBe(lacks)
  // Nothing is lacking that was not sent.
  if (lacks) expect((await failureOf(ask({ ...call, lacks: [lacks] }))).detail).not.toHaveProperty('lacks')
})

test('a way of asking for JSON is refused also where the status says something else', async () => {
  const bodies: Reply[] = [
    refusal(500, { error: { code: 500, message: 'tools param requires --jinja flag' } }),
    refusal(404, { error: { message: "No endpoints found that support the provided 'tool_choice' value.", code: 404 } }),
  ]
  const { ask, world } = await modelAt([...bodies, ...bodies])
  const schema = await world.store.put('{"type":"object"}')
  for (const _ of bodies) expect(await failureOf(ask({ output: { form: 'tool', schema } }))).toMatchObject({ type: 'BadRequest' })
  expect([(await failureOf(ask())).type, (await failureOf(ask())).type]).toEqual(['ServerError', 'ModelNotFound'])
})

test('what a server lacks is not sent, and the output cap goes under its other name', async () => {
  const { ask, server, world } = await modelAt(['Well.'])
  const tools = await world.store.put(JSON.stringify(offered))
  await ask({
    model: 'openai/m:low',
    tools,
    add: [system, { role: 'user', content: 'hello' }],
    lacks: ['effort', 'system', 'usage', 'cap'],
  })
  const body = server.requests[0]?.body
  expect(body).toMatchObject({ max_completion_tokens: 4_000, messages: [{ role: 'user', content: 'Be brief.\n\nhello' }] })
  for (const name of ['max_tokens', 'stream_options', 'reasoning_effort']) expect(body).not.toHaveProperty(name)
  expect(body).toHaveProperty('tools')
})

test('a model without tools is told of them, writes its calls, and reads what they answered, with its roles in turn', async () => {
  const { ask, server, world } = await modelAt([
    'I look.\n```json\n[{"tool": "edit", "arguments": {"path": "a"}}, {"tool": "tests"}]\n```',
    'All is well: {"passed": 3}',
  ])
  const tools = await world.store.put(JSON.stringify(offered))
  const first = await ask({ tools, add: [system, { role: 'user', content: 'hello' }], lacks: ['tools'] })
  expect(first).toMatchObject({
    text: 'I look.',
    finish: 'tool_calls',
    toolCalls: [
      { name: 'edit', arguments: { path: 'a' } },
      { name: 'tests', arguments: {} },
    ],
  })
  const results: Message[] = first.toolCalls.map(({ id, name }) => ({ role: 'tool', toolCallId: id, content: `${name} done` }))
  const last = await ask({ tools, transcript: first.transcript, add: [...results, { role: 'user', content: 'Go on.' }], lacks: ['tools'] })
  expect(last).toMatchObject({ text: 'All is well: {"passed": 3}', toolCalls: [], finish: 'stop' })
  const [one, two] = server.requests
  expect(one?.tools).toEqual([])
  expect(one?.messages[0]?.content).toMatch(
    /^Be brief\.\n\nYou have the tools .*- tests: Runs the tests\.\n {2}arguments: \{"type":"object"\}$/s,
  )
  expect(two?.messages.slice(2)).toEqual([
    { role: 'assistant', content: 'I look.\n[{"arguments":{"path":"a"},"tool":"edit"},\n{"arguments":{},"tool":"tests"}]' },
    {
      role: 'user',
      content:
        'Result of call 1:\n<data from="edit a">\nedit done\n</data>\n\nResult of call 2:\n<data from="tests">\ntests done\n</data>\n\nGo on.',
    },
  ])
})

const written: [string, object[]][] = [
  ['{"tool":"edit","arguments":{"path":"a"}}', [{ name: 'edit', arguments: { path: 'a' } }]],
  ['<tool_call>\n{"name": "edit", "arguments": {"path": "a"}}\n</tool_call>', [{ name: 'edit', arguments: { path: 'a' } }]],
  ["{'tool': 'edit', 'parameters': {'path': 'a',}}", [{ name: 'edit', arguments: { path: 'a' } }]],
  ['{"tool":"edit","arguments":"{\\"path\\":\\"a\\"}"}', [{ name: 'edit', arguments: { path: 'a' } }]],
  ['{"tool":"tests"}\n{"tool":"edit","arguments":{"path":"a"}}', [{ name: 'tests' }, { name: 'edit', arguments: { path: 'a' } }]],
  ['{"tool":"launch","arguments":{}}', [{ name: 'launch' }]],
  ['{"tool":"edit","arguments":[1]}', [{ name: 'edit', malformed: expect.stringContaining('not a JSON object') }]],
  ['{"name":"Ada","arguments":{}}', []],
  ['The tool was "edit".', []],
]
test.each(written)('of %j the calls are read that it means', async (text, calls) => {
  const { ask, world } = await modelAt([text])
  const reply = await ask({ tools: await world.store.put(JSON.stringify(offered)), lacks: ['tools'] })
  expect(reply.toolCalls).toMatchObject(calls)
  if (calls.length === 0) expect(reply.text).toBe(text)
})
