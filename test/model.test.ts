import { afterEach, expect, test } from '@jest/globals'
import { CancelledFailure } from '@temporalio/common'
import { canonicalJson } from '../contract/digest.ts'
import { isRef } from '../contract/json.ts'
import { type Message, type ModelCall } from '../contract/models.ts'
import { inputBound } from '../contract/tokens.ts'
import { createCallModel } from '../activities/model/index.ts'
import { providerOf } from '../activities/model/providers.ts'
import { retryAfterMilliseconds } from '../activities/model/retry-after.ts'
import { readTranscript } from '../activities/model/transcript.ts'
import { asking, closeServers, failureOf, modelAt, newContext, newWorld, question } from './model.fixture.ts'

afterEach(closeServers)

const tools = [{ name: 'edit', description: 'Edits.', schema: { type: 'object' } }]

test('a reply comes back with its text, its usage and the head of the conversation', async () => {
  const { ask, server } = await modelAt(['Hello to you.'])
  const reply = await ask()
  expect(reply).toMatchObject({ text: 'Hello to you.', toolCalls: [], finish: 'stop' })
  expect(reply.usage).toEqual({ input: server.counts.promptTokens, output: server.counts.completionTokens })
  expect(reply.transcript).toMatchObject({ model: 'openai/scripted', bytes: canonicalJson(question.add[0]).length + reply.replyBytes })
  expect(reply.replyBytes).toBe(canonicalJson({ role: 'assistant', content: 'Hello to you.' }).length)
})

test('one call is one request, with the key, the cap, the effort, the tools and the schema', async () => {
  const { ask, server, world } = await modelAt(['{}'])
  await ask({
    model: 'openai/some/model:high',
    tools: await world.store.put(JSON.stringify(tools)),
    output: { form: 'json_schema', schema: await world.store.put('{"type":"object"}') },
  })
  const [request] = server.requests
  expect(server.counts.requests).toBe(1)
  expect(request).toMatchObject({ model: 'some/model', maxTokens: 4_000, stream: true, tools: [tools[0]] })
  expect(request?.headers['authorization']).toBe('Bearer secret-key-1')
  expect(request?.body).toMatchObject({
    max_tokens: 4_000,
    reasoning_effort: 'high',
    response_format: { json_schema: { schema: { type: 'object' } } },
  })
  await ask()
  expect(server.requests[1]?.body).not.toHaveProperty('reasoning_effort')
  expect(server.requests[1]?.body).not.toHaveProperty('tools')
})

test("OpenAI's own hosts are given max_completion_tokens, compatible ones max_tokens", () => {
  const cap = (url: string) =>
    providerOf({ provider: 'openai', model: 'x' }, { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'k' }, { providers: {}, models: {} }).outputCap
  expect(cap('https://api.openai.com/v1')).toBe('max_completion_tokens')
  expect(cap('https://mine.openai.azure.com/openai/v1')).toBe('max_completion_tokens')
  expect(cap('https://api.openai.com.example.org/v1')).toBe('max_tokens')
  expect(cap('http://127.0.0.1:8000/v1')).toBe('max_tokens')
})

test('a provider that is not in the table is named by variables', async () => {
  const { server } = await modelAt(['from mine'])
  const callModel = createCallModel(
    await newWorld({ LOOPWRIGHT_PROVIDER_MY_BOX_URL: `${server.url}/`, LOOPWRIGHT_PROVIDER_MY_BOX_KEY: 'key-of-mine' }),
  )
  const reply = await asking(callModel)({ model: 'my-box/m' })
  expect(reply.text).toBe('from mine')
  expect(server.requests[0]?.headers['authorization']).toBe('Bearer key-of-mine')
  expect(await failureOf(asking(callModel)({ model: 'other/m' }))).toMatchObject({
    type: 'UnknownProvider',
    message: expect.stringContaining('LOOPWRIGHT_PROVIDER_OTHER_URL'),
  })
})

test('a key that has gone since the preflight is one sentence that names the variable and the model that needs none', async () => {
  const callModel = createCallModel(await newWorld({ OPENAI_API_KEY: ' ' }))
  expect(await failureOf(asking(callModel)())).toMatchObject({
    type: 'Unauthorized',
    message:
      'openai/scripted needs a key in OPENAI_API_KEY, which is not set where the worker runs: set it there, or use the model builtin/repair, which needs no key.',
  })
})

test('a conversation goes on turn by turn: the model is sent everything, tool text verbatim, long texts by reference', async () => {
  const long = 'line "x"\n'.repeat(200)
  const { ask, server, world } = await modelAt(({ messages }) =>
    messages.length === 1 ? { text: long, toolCalls: [{ name: 'edit', arguments: { path: 'a', text: long, n: 1 } }] } : 'Done.',
  )
  const first = await ask()
  expect(isRef(first.text)).toBe(true)
  const [call] = first.toolCalls
  expect(call?.arguments).toEqual({ path: 'a', text: first.text, n: 1 })
  const result = await world.store.put('verbatim \u001b[31m <é> '.repeat(50))
  const second = await ask({ transcript: first.transcript, add: [{ role: 'tool', toolCallId: call?.id ?? '', content: result }] })
  expect(second.text).toBe('Done.')
  const [, request] = server.requests
  expect(request?.messages).toMatchObject([
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: long, tool_calls: [{ id: call?.id, function: { name: 'edit' } }] },
    { role: 'tool', tool_call_id: call?.id, content: `<data from="edit a">\n${'verbatim \u001b[31m <é> '.repeat(50)}\n</data>` },
  ])
  expect(JSON.parse(request?.messages[1]?.tool_calls?.[0]?.function.arguments ?? '')).toEqual({ path: 'a', text: long, n: 1 })
  const size = (value: unknown) => JSON.stringify(value).length
  expect(size(first)).toBeLessThan(1_200)
  expect(second.transcript.bytes).toBeGreaterThan(first.transcript.bytes)
})

test('the same reply to the same conversation gives the same result, in any process', async () => {
  const script = () => ({ text: 'x'.repeat(2_000), toolCalls: [{ name: 'edit', arguments: { b: 1, a: 'y'.repeat(1_000) }, id: '' }] })
  const one = await (await modelAt(script)).ask()
  const two = await (await modelAt(script)).ask()
  expect(two).toEqual(one)
})

test('a server that reports no usage is counted by the bound, and never over the cap it was given', async () => {
  const { ask } = await modelAt([
    { text: 'x'.repeat(300), usage: 'missing' },
    { text: 'x'.repeat(300), usage: 'missing' },
  ])
  expect((await ask()).usage).toEqual({ input: inputBound(question), output: 300 })
  expect((await ask({ maxOutputTokens: 20 })).usage.output).toBe(20)
})

test('a reply over the cap is reported as it was counted, reasoning included', async () => {
  const { ask } = await modelAt([
    { text: 'x'.repeat(4_000), overshoot: true },
    { text: 'x', usage: { input: 7, output: 9_000 } },
    { text: 'x', reasoning: 'hmm '.repeat(500) },
    // Some servers leave reasoning out of the completion tokens, but not out of the total.
    {
      raw: 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":106}}\n\n',
    },
  ])
  expect((await ask({ maxOutputTokens: 10 })).usage.output).toBeGreaterThan(1_000)
  expect((await ask({ maxOutputTokens: 10 })).usage).toEqual({ input: 7, output: 9_000 })
  expect((await ask()).usage.output).toBeGreaterThan(500)
  expect((await ask()).usage).toEqual({ input: 5, output: 101 })
})

test('a hanging request that is cancelled is closed, and ends as cancelled', async () => {
  for (const hang of [true, 'body'] as const) {
    const { ask, server } = await modelAt([{ hang }])
    const context = newContext()
    const call = ask({}, context).catch((error: unknown) => error)
    await server.when(({ requests }) => requests === 1)
    context.cancel()
    await server.when(({ hungUp }) => hungUp === 1)
    expect(await call).toBeInstanceOf(CancelledFailure)
  }
})

test('a reply that is cancelled in the middle ends as cancelled, not as a broken connection', async () => {
  const { ask, server } = await modelAt([{ text: 'x'.repeat(9_000), drip: { bytes: 200, delayMilliseconds: 20 } }], { heartbeat: 20 })
  const context = newContext()
  context.on('heartbeat', ({ bytes }: { bytes: number }) => {
    if (bytes > 0) context.cancel()
  })
  expect(await ask({}, context).catch((error: unknown) => error)).toBeInstanceOf(CancelledFailure)
  await server.when(({ hungUp }) => hungUp === 1)
})

test('heartbeats come while nothing comes, and then carry how much and the last 2 KiB', async () => {
  const text = 'é'.repeat(3_000)
  const { ask } = await modelAt([{ text, delayMilliseconds: 100, drip: { bytes: 4_000, delayMilliseconds: 30 } }], { heartbeat: 10 })
  const context = newContext()
  const beats: { bytes: number; tail: string }[] = []
  context.on('heartbeat', (details: { bytes: number; tail: string }) => beats.push(details))
  await ask({}, context)
  expect(beats.filter(({ bytes }) => bytes === 0).length).toBeGreaterThan(2)
  const last = beats.at(-1)
  expect(last?.bytes).toBeGreaterThan(2_048)
  expect(last?.tail).toMatch(/^é+$/)
  expect(Buffer.byteLength(last?.tail ?? '')).toBe(2_048)
})

test('silence before the first byte, silence in the middle and a reply without end are three time limits', async () => {
  const slow = { text: 'x'.repeat(4_000), drip: { bytes: 50, delayMilliseconds: 300 } }
  const first = await modelAt([{ hang: 'body' }], { firstByte: 60 })
  const idle = await modelAt([slow], { idle: 60 })
  const total = await modelAt([slow])
  expect(await failureOf(first.ask())).toMatchObject({
    type: 'TimedOut',
    message: 'no reply began within 0.06 seconds',
    detail: { charged: 'unknown' },
  })
  expect(await failureOf(idle.ask())).toMatchObject({ type: 'TimedOut', message: 'the reply stopped for 0.06 seconds' })
  expect(await failureOf(total.ask({ minutes: 0.002 }))).toMatchObject({
    type: 'TimedOut',
    message: 'the reply was not whole after 0.002 minutes',
  })
  for (const { server } of [first, idle, total]) await server.when(({ hungUp }) => hungUp === 1)
})

test('errors have the class that decides what is tried next, and say whether they can have been charged', async () => {
  const error = (status: number, code?: string, message = 'because') => ({ error: { status, body: { error: { message, code } } } })
  const cases = [
    [error(400), 'BadRequest'],
    [error(401), 'Unauthorized'],
    [error(402), 'Unauthorized'],
    [error(403), 'Unauthorized'],
    [error(404), 'ModelNotFound'],
    [error(413), 'ContextOverflow'],
    [error(422), 'BadRequest'],
    [error(418), 'BadRequest'],
    [error(429), 'RateLimited'],
    [error(429, 'insufficient_quota'), 'Unauthorized'],
    [error(500), 'ServerError'],
    [error(503), 'ServerError'],
    [error(529), 'ServerError'],
    [error(599), 'ServerError'],
    [error(301), 'BadRequest'],
    [error(400, 'context_length_exceeded'), 'ContextOverflow'],
    [error(400, undefined, "This model's maximum context length is 8192 tokens."), 'ContextOverflow'],
    [error(400, undefined, 'prompt is too long: 210000 tokens > 200000 maximum'), 'ContextOverflow'],
    [error(400, 'content_filter'), 'Refused'],
  ] as const
  const { ask } = await modelAt(cases.map(([reply]) => reply))
  for (const [
    {
      error: { status },
    },
    type,
  ] of cases)
    expect(await failureOf(ask())).toMatchObject({
      type,
      detail: { status, charged: 'no' },
      failure: { nonRetryable: true, category: 'BENIGN' },
    })
  const timedOut = await modelAt([error(408), error(504)])
  expect(await failureOf(timedOut.ask())).toMatchObject({ type: 'TimedOut', detail: { charged: 'unknown' } })
  expect(await failureOf(timedOut.ask())).toMatchObject({ type: 'ServerError', detail: { charged: 'unknown' } })
})

test('Retry-After is read as seconds or a date, an absurd one is capped, nonsense is ignored', async () => {
  const now = Date.parse('Sat, 21 Nov 2026 07:00:00 GMT')
  const read = (header: string | null) => retryAfterMilliseconds(header, now)
  expect(['7', '0.5', '0', 'Sat, 21 Nov 2026 07:00:09 GMT', 'Sat, 21 Nov 2026 06:00:00 GMT'].map(read)).toEqual([7_000, 500, 0, 9_000, 0])
  expect(['999999999999', '1' + '0'.repeat(400), 'Sat, 21 Nov 2099 07:00:00 GMT'].map(read)).toEqual([300_000, 300_000, 300_000])
  expect([null, '', '-5', 'soon', 'Infinity', 'NaN', '1e9', '0x10', 'Foo, GMT'].map(read)).toEqual(Array(9).fill(undefined))
  const { ask } = await modelAt([{ error: { status: 429, retryAfter: 99_999_999 } }, { error: { status: 429, retryAfter: 'tomorrow' } }])
  expect((await failureOf(ask())).detail).toEqual({ status: 429, charged: 'no', retryAfterMilliseconds: 300_000 })
  expect((await failureOf(ask())).detail).toEqual({ status: 429, charged: 'no' })
})

test('a server that is not there was not charged; a connection that breaks may have been', async () => {
  const { ask, server } = await modelAt([{ text: 'x'.repeat(2_000), cutAfterBytes: 500 }])
  expect(await failureOf(ask())).toMatchObject({ type: 'ConnectionFailed', detail: { charged: 'unknown' } })
  await server.close()
  expect(await failureOf(ask())).toMatchObject({
    type: 'ConnectionFailed',
    detail: { charged: 'no' },
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a refusal and a content filter end as Refused, with what they cost', async () => {
  const { ask } = await modelAt([{ refusal: 'I will not.' }, { text: 'Well', finish: 'content_filter' }])
  expect(await failureOf(ask())).toMatchObject({
    type: 'Refused',
    message: 'openai/scripted refused: I will not.',
    detail: { usage: { input: expect.any(Number) } },
  })
  expect(await failureOf(ask())).toMatchObject({ type: 'Refused', message: expect.stringContaining('content filter') })
})

test('the key is never in a message', async () => {
  const { ask } = await modelAt([{ error: { status: 401, body: { error: { message: 'Incorrect key: secret-key-1' } } } }])
  const { message } = await failureOf(ask())
  expect(message).toBe('openai does not accept the key in OPENAI_API_KEY, or what it has paid for (401): Incorrect key: …')
})

test('builtin/repair repairs once per question, then finishes with the last line of the result', async () => {
  const world = await newWorld()
  const asked = asking(createCallModel(world))
  const ask = (call: Partial<ModelCall>) => asked({ model: 'builtin/repair', ...call })
  const offered = await world.store.put(
    JSON.stringify([
      { name: 'repair', description: '', schema: {} },
      { name: 'finish', description: '', schema: {} },
    ]),
  )
  const first = await ask({ tools: offered })
  expect(first).toMatchObject({ toolCalls: [{ name: 'repair', arguments: {} }], usage: { input: 0, output: 0 }, finish: 'tool_calls' })
  const result: Message = { role: 'tool', toolCallId: first.toolCalls[0]?.id ?? '', content: 'tried 30\nchanged a.js:3\n' }
  const second = await ask({ tools: offered, transcript: first.transcript, add: [result] })
  expect(second.toolCalls).toMatchObject([{ name: 'finish', arguments: { answer: 'changed a.js:3' } }])
  const finished: Message = { role: 'tool', toolCallId: second.toolCalls[0]?.id ?? '', content: 'Finished.' }
  const third = await ask({ tools: offered, transcript: second.transcript, add: [finished, { role: 'user', content: 'Still red.' }] })
  expect(third.toolCalls).toMatchObject([{ name: 'repair' }])
  expect(new Set([first, second, third].map(({ toolCalls }) => toolCalls[0]?.id)).size).toBe(3)
  expect(await failureOf(ask({}))).toMatchObject({ type: 'BadRequest', message: expect.stringContaining('needs the tool repair') })
})

test('what a model thought is kept with what it said, and goes back only to the provider that wants it', async () => {
  const { server } = await modelAt([
    { reasoning: 'First look. '.repeat(100), text: 'One.' },
    { reasoning: 'Then act.', text: 'Two.' },
    'Three.',
  ])
  const world = await newWorld({
    LOOPWRIGHT_PROVIDER_DEEPSEEK_URL: server.url,
    LOOPWRIGHT_PROVIDER_DEEPSEEK_KEY: 'key-of-mine',
    OPENAI_BASE_URL: server.url,
    OPENAI_API_KEY: 'another-key',
  })
  const ask = asking(createCallModel(world))
  const goOn: Message[] = [{ role: 'user', content: 'go on' }]
  const first = await ask({ model: 'deepseek/thinker' })
  const second = await ask({ model: 'deepseek/thinker', transcript: first.transcript, add: goOn })
  await ask({ model: 'openai/other', transcript: second.transcript, add: goOn })
  const { messages } = await readTranscript(world.store, second.transcript.sha256)
  expect(messages.at(-1)).toEqual({
    role: 'assistant',
    content: 'Two.',
    reasoning: { text: 'Then act.', provider: 'deepseek', back: true },
  })
  const sent = server.requests.map(({ body }) => JSON.stringify(body))
  expect(sent[1]).toContain(`"content":"One.","reasoning_content":"${'First look. '.repeat(100)}"`)
  expect(sent[2]).not.toMatch(/reasoning_content|First look/)
  // What is sent counts where another model would be asked.
  expect(first.replyBytes).toBeGreaterThan(1_200)

  const unasked = await ask({ model: 'openai/other', add: question.add })
  const said = await readTranscript(world.store, unasked.transcript.sha256)
  expect(said.messages.at(-1)).toEqual({ role: 'assistant', content: 'Three.' })
})
