import { afterEach, expect, test } from '@jest/globals'
import { type ModelReply, type ToolCall } from '../contract/models.ts'
import { type Reply } from '../testing/index.ts'
import { closeServers, failureOf, modelAt } from './model.fixture.ts'

afterEach(closeServers)

const sse = (...chunks: unknown[]): Reply => ({
  raw: chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join(''),
})
const says = (delta: unknown, finish: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason: finish }] })
const calls = (...given: { name: string; arguments?: string | Record<string, unknown>; id?: string }[]): Reply => ({ toolCalls: given })
const args = (text: string) => calls({ name: 'edit', arguments: text })
const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)
const broken = (why: string) => ({ toolCalls: [{ name: 'edit', malformed: expect.stringContaining(why) }] })

/** Each: what the model sends, and what comes of it: part of a reply, or the type of an error and a part of its sentence. */
const cases: [string, Reply, object | [string, string]][] = [
  ['an empty reply', '', { text: '', toolCalls: [], finish: 'stop' }],
  ['arguments that are no JSON', args('{"path": "a"'), broken('not a JSON object: "{\\"path\\": \\"a\\""')],
  ['arguments in a code fence', args('```json\n{}\n```'), broken('not a JSON object')],
  ['arguments that are a list', args('[]'), broken('not a JSON object')],
  ['arguments that are null', args('null'), broken('not a JSON object')],
  ['arguments that are a number', args('7'), broken('not a JSON object')],
  ['no arguments at all', args(''), { toolCalls: [{ arguments: {} }] }],
  ['a number that is infinite', args('{"n":1e999}'), broken('too large')],
  ['arguments 100,000 levels deep', args(nested(100_000)), broken('levels deep')],
  ['a reference that it was never given', args(`{"x":{"sha256":"${'a'.repeat(64)}","bytes":3}}`), broken('reserved')],
  [
    '100,000 small arguments',
    args(JSON.stringify({ list: Array.from({ length: 100_000 }, (_, index) => index) })),
    broken('too many parts'),
  ],
  ['a key of a megabyte', args(JSON.stringify({ ['k'.repeat(1_000_000)]: 1 })), broken('too many parts')],
  [
    '__proto__ as a key',
    args('{"__proto__":{"a":1},"constructor":2}'),
    { toolCalls: [{ arguments: JSON.parse('{"__proto__":{"a":1},"constructor":2}') }] },
  ],
  [
    'a name that is no name',
    calls({ name: 'rm -rf /' }),
    { toolCalls: [{ name: 'rm_-rf__', malformed: expect.stringContaining('not the name of a tool') }] },
  ],
  ['an empty name', calls({ name: '' }), { toolCalls: [{ name: 'unnamed', malformed: expect.anything() }] }],
  ['a name of a megabyte', calls({ name: 'n'.repeat(1_000_000) }), { toolCalls: [{ name: 'n'.repeat(64), malformed: expect.anything() }] }],
  ['an unknown tool', calls({ name: 'launch' }), { toolCalls: [{ name: 'launch', arguments: {} }] }],
  ['the same id twice', calls({ name: 'a', id: 'x' }, { name: 'b', id: 'x' }), { toolCalls: [{ id: 'x' }, { id: 'call_0_1' }] }],
  [
    'the id that a repaired call would get',
    calls({ name: 'a', id: 'call_0_1' }, { name: 'b', id: '' }),
    { toolCalls: [{ id: 'call_0_1' }, { id: 'call_0_1_' }] },
  ],
  ['an id of a kilobyte', calls({ name: 'a', id: 'i'.repeat(1_000) }), { toolCalls: [{ id: 'call_0_0' }] }],
  [
    'a call cut by the length limit, though it parses',
    { ...(calls({ name: 'a', arguments: '{}' }) as object), finish: 'length' },
    { finish: 'length', toolCalls: [{ malformed: expect.stringContaining('cut off') }] },
  ],
  ['a finish reason of its own', { text: 'x', finish: 'eos_token' }, { finish: 'stop' }],
  ['max_tokens as finish reason', { text: 'x', finish: 'MAX_TOKENS' }, { finish: 'length' }],
  [
    'usage that is nonsense',
    sse(says({ content: 'x' }, 'stop'), { choices: [], usage: { prompt_tokens: -5, completion_tokens: 'NaN' } }),
    { usage: { input: expect.any(Number), output: 1 } },
  ],
  [
    'every call with index 0',
    sse(
      says({ tool_calls: [{ index: 0, id: 'a', function: { name: 'x', arguments: '{}' } }] }),
      says({ tool_calls: [{ index: 0, id: 'b', function: { name: 'y', arguments: '{"z":1}' } }] }, 'stop'),
    ),
    {
      finish: 'tool_calls',
      toolCalls: [
        { id: 'a', name: 'x', arguments: {} },
        { id: 'b', name: 'y', arguments: { z: 1 } },
      ],
    },
  ],
  [
    'calls without index or id, arguments as an object',
    sse(says({ tool_calls: [{ function: { name: 'x', arguments: { a: 1 } } }, { function: { name: 'y' } }] }, 'stop')),
    {
      toolCalls: [
        { name: 'x', arguments: { a: 1 } },
        { name: 'y', arguments: {} },
      ],
    },
  ],
  [
    'one JSON body though a stream was asked for',
    { raw: JSON.stringify({ choices: [{ message: { content: 'whole' }, finish_reason: 'stop' }] }), contentType: 'application/json' },
    { text: 'whole' },
  ],
  [
    'keep-alive comments between',
    { raw: `: ping\n\n: ping\n\ndata: ${JSON.stringify(says({ content: 'x' }, 'stop'))}\n\ndata: [DONE]\n\n` },
    { text: 'x' },
  ],
  [
    'other choices',
    sse({
      choices: [
        { index: 1, delta: { content: 'no' } },
        { index: 0, delta: { content: 'yes' }, finish_reason: 'stop' },
      ],
    }),
    { text: 'yes' },
  ],
  ['a lone surrogate', sse(says({ content: 'a\ud800b' }, 'stop')), { text: 'a\ud800b' }],
  ['a text of 3 MB', { text: 'é'.repeat(1_500_000), overshoot: true }, { text: { bytes: 3_000_000 } }],
  ['a web page with status 200', { raw: '<html>Sign in</html>', contentType: 'text/html; charset=utf-8' }, ['BadRequest', 'a web page']],
  ['a web page that says it is a stream', { raw: '<html>Sign in</html>' }, ['ConnectionFailed', 'broke off after 0 bytes']],
  ['no bytes at all', { raw: '' }, ['ConnectionFailed', 'broke off']],
  ['a stream without an end', sse(says({ content: 'half' })), ['ConnectionFailed', 'broke off after 4 bytes']],
  ['only [DONE]', { raw: 'data: [DONE]\n\n' }, ['ConnectionFailed', 'broke off']],
  ['a chunk that is no JSON', sse('{"choices": ['), ['ServerError', 'not a chat completion']],
  ['a chunk that is null', sse('null'), ['ServerError', 'not a chat completion']],
  ['content that is an object', sse(says({ content: { a: 1 } })), ['ServerError', 'not a chat completion']],
  ['choices that are text', sse({ choices: 'yes' }), ['ServerError', 'not a chat completion']],
  ['JSON that is not a completion', { raw: '[1,2]', contentType: 'application/json' }, ['ServerError', 'not a chat completion']],
  [
    'an error in the middle of a stream',
    sse(says({ content: 'a' }), { error: { code: 429, message: 'slow down' } }),
    ['RateLimited', 'slow down'],
  ],
  [
    'an overflow in the middle of a stream',
    sse({ error: { message: 'the context length is exceeded' } }),
    ['ContextOverflow', 'context length'],
  ],
  [
    'an error that is only text, in one JSON body',
    { raw: '{"error":"overloaded"}', contentType: 'application/json' },
    ['ServerError', 'overloaded'],
  ],
  [
    'carriage returns, a data line in two parts and no blank line at the end',
    { raw: `data:{"choices":[{"delta":\r\ndata: {"content":"x"},"finish_reason":"stop"}]}\r` },
    { text: 'x' },
  ],
  ['an error body that is a web page', { error: { status: 502, body: `<html>${'x'.repeat(100_000)}</html>` } }, ['ServerError', '(502)']],
  ['an error without a body', { error: { status: 500, body: '' } }, ['ServerError', '(500)']],
  ['a redirect', { error: { status: 302, body: 'elsewhere' } }, ['BadRequest', '(302)']],
  ['a body that is cut', { text: 'x'.repeat(500), cutAfterBytes: 700 }, ['ConnectionFailed', 'broke']],
]

test.each(cases)('%s gives one defined result', async (_name, reply, expected) => {
  const { ask, server } = await modelAt([reply])
  if (Array.isArray(expected)) {
    const [type, sentence] = expected
    const failed = await failureOf(ask())
    expect(failed).toMatchObject({ type, message: expect.stringContaining(sentence), failure: { nonRetryable: true } })
    expect(failed.message.length).toBeLessThan(500)
  } else {
    const result = await ask({ maxOutputTokens: 1_000_000 })
    expect(result).toMatchObject(expected)
    expect(JSON.stringify(result).length).toBeLessThan(60_000)
    await canGoOn(ask, result)
  }
  await server.when(({ inFlight }) => inFlight === 0)
  expect(server.counts.byModel['scripted']).toBeLessThanOrEqual(2)
})

/** The conversation with such a reply in it is one that a provider takes. */
async function canGoOn(ask: Awaited<ReturnType<typeof modelAt>>['ask'], { transcript, toolCalls }: ModelReply): Promise<void> {
  const results = toolCalls.map(({ id }) => ({ role: 'tool' as const, toolCallId: id, content: 'no' }))
  const goOn = ask({ transcript, add: results.length > 0 ? results : [{ role: 'user', content: 'go on' }], maxOutputTokens: 1_000_000 })
  expect(await goOn).toMatchObject({ transcript: { model: 'openai/scripted' } })
}

test('of 200 calls in one reply 16 can run, and the others say why not', async () => {
  const { ask } = await modelAt([
    calls(...Array.from({ length: 200 }, () => ({ name: 'edit', arguments: { a: 'x'.repeat(600) } }))),
    'Done.',
  ])
  const reply = await ask({ maxOutputTokens: 1_000_000 })
  const runs = (call: ToolCall) => call.arguments !== undefined
  expect(reply.toolCalls.filter(runs)).toEqual(reply.toolCalls.slice(0, 16))
  expect(reply.toolCalls).toHaveLength(200)
  expect(reply.toolCalls.at(-1)).toMatchObject({ malformed: 'only 16 tool calls of one reply are made, this is number 200' })
  expect(new Set(reply.toolCalls.map(({ id }) => id)).size).toBe(200)
  expect(JSON.stringify(reply).length).toBeLessThan(60_000)
  await canGoOn(ask, reply)
})

test('10,000 calls in one reply still make a small result', async () => {
  const { ask } = await modelAt([calls(...Array.from({ length: 10_000 }, (_, index) => ({ name: `n${index}`, arguments: '{' }))), 'Done.'])
  const reply = await ask({ maxOutputTokens: 1_000_000 })
  expect(reply.toolCalls.length).toBeGreaterThan(200)
  expect(JSON.stringify(reply).length).toBeLessThan(60_000)
  await canGoOn(ask, reply)
})

test('a body, a line, an error body and a number of events without measure are given up', async () => {
  const { ask, server } = await modelAt([
    { raw: Buffer.alloc(80_000_000, `: ${'x'.repeat(10_000)}\n\n`) },
    { raw: Buffer.alloc(20_000_000, 'x') },
    { raw: Buffer.alloc(20_000_000, 'x'), status: 500 },
    { raw: 'data: {}\n\n'.repeat(210_000) },
  ])
  const messages = [(await failureOf(ask())).message, (await failureOf(ask())).message]
  expect(messages).toEqual(['the reply has more than 67108864 bytes', 'the reply has a line of more than 16777216 bytes'])
  expect(await failureOf(ask())).toMatchObject({ type: 'ServerError' })
  expect((await failureOf(ask())).message).toBe('the reply has more than 200000 events')
  await server.when(({ inFlight }) => inFlight === 0)
})
