import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import OpenAI from 'openai'
import {
  type ScriptedServer,
  type ScriptedServerOptions,
  scriptedTokens,
  scriptOfToolCalls,
  startScriptedServer,
} from '../testing/index.ts'

const servers: ScriptedServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

async function serve(options: ScriptedServerOptions) {
  const server = await startScriptedServer(options)
  servers.push(server)
  return { server, client: new OpenAI({ baseURL: server.url, apiKey: 'scripted', maxRetries: 0, logLevel: 'off' }) }
}

const question = { model: 'scripted', messages: [{ role: 'user' as const, content: 'hello' }] }
const usageOf = (messages: unknown, message: unknown) => {
  const input = scriptedTokens([messages, null, null])
  const output = scriptedTokens(message)
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

test('the openai client gets the same text streamed and whole, with the same usage', async () => {
  const { client } = await serve({ script: ['wörld 😀'.repeat(50)] })
  const whole = await client.chat.completions.create(question)
  let text = ''
  let usage
  for await (const chunk of await client.chat.completions.create({ ...question, stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.delta.content ?? ''
    usage = chunk.usage ?? usage
  }
  expect(text).toBe(whole.choices[0]?.message.content)
  expect(whole.usage).toMatchObject(usageOf(question.messages, { role: 'assistant', content: text }))
  expect(usage).toEqual(whole.usage)
})

test('tool calls are streamed in pieces that the client puts together', async () => {
  const { client } = await serve({
    script: [
      {
        toolCalls: [
          { name: 'edit', arguments: { path: 'a', text: 'x'.repeat(300) } },
          { name: 'odd', arguments: '{"a":' },
        ],
      },
    ],
  })
  const message = await client.chat.completions
    .stream(question)
    .finalMessage()
    .catch((error: unknown) => error)
  expect(message).toMatchObject({
    tool_calls: [
      { id: 'call_1_0', function: { name: 'edit', arguments: JSON.stringify({ path: 'a', text: 'x'.repeat(300) }) } },
      { function: { name: 'odd' } },
    ],
  })
})

test('a list of replies is used in order, then the last one repeats, or the server says that the script is over', async () => {
  const { client } = await serve({ script: ['one', 'two'] })
  const ask = async () => (await client.chat.completions.create(question)).choices[0]?.message.content
  expect([await ask(), await ask(), await ask()]).toEqual(['one', 'two', 'two'])
  const ending = await serve({ script: ['one'], after: 'error' })
  await ending.client.chat.completions.create(question)
  await expect(ending.client.chat.completions.create(question)).rejects.toMatchObject({ status: 500, message: '500 script is over' })
})

test('a reply keeps to the output cap and ends as length, unless it overshoots', async () => {
  const { client, server } = await serve({
    script: ({ model }) => ({
      text: 'x'.repeat(4_000),
      overshoot: model === 'glutton',
      toolCalls: [{ name: 'a', arguments: { b: 'c'.repeat(99) } }],
    }),
  })
  for (const cap of [1, 9, 40, 500]) {
    const reply = await client.chat.completions.create({ ...question, max_tokens: cap })
    expect(reply.choices[0]?.finish_reason).toBe('length')
    expect(reply.usage?.completion_tokens).toBeLessThanOrEqual(cap)
    expect(reply.usage?.completion_tokens).toBeGreaterThanOrEqual(Math.min(cap, 500) - 1)
  }
  const before = server.counts.completionTokens
  await client.chat.completions.create({ ...question, model: 'glutton', max_completion_tokens: 10 })
  expect(server.counts.completionTokens - before).toBeGreaterThan(1_000)
})

test('every reply that is begun is charged once, by model and price, also when the client hangs up', async () => {
  const { client, server } = await serve({
    script: ({ model }) => (model === 'slow' ? { text: 'x'.repeat(400), drip: { bytes: 100, delayMilliseconds: 20 } } : 'quick'),
    prices: { slow: { input: 1_000_000, output: 2_000_000 } },
  })
  await client.chat.completions.create(question)
  expect(server.counts.chargedMicroDollars).toBe(0)
  const quick = server.counts.chargedTokens
  const stream = await client.chat.completions.create({ ...question, model: 'slow', stream: true })
  stream.controller.abort()
  const counts = await server.when(({ hungUp }) => hungUp === 1)
  const input = scriptedTokens([question.messages, null, null])
  const output = scriptedTokens({ role: 'assistant', content: 'x'.repeat(400) })
  expect(counts).toMatchObject({ requests: 2, inFlight: 0, byModel: { scripted: 1, slow: 1 } })
  expect(counts.chargedTokens - quick).toBe(input + output)
  expect(counts.chargedMicroDollars).toBe(input + 2 * output)
})

test('errors, hangs before and in the body, cut streams and raw bodies are what they say', async () => {
  const { client, server } = await serve({
    script: [
      { error: { status: 429, retryAfter: 7 } },
      { raw: '<html>no</html>', contentType: 'text/html', status: 200 },
      { text: 'x'.repeat(2_000), cutAfterBytes: 300 },
      { hang: 'body' },
      { hang: true },
    ],
  })
  const request = (signal?: AbortSignal) =>
    fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...question, stream: true }),
      ...(signal ? { signal } : {}),
    })
  const limited = await client.chat.completions.create(question).catch((error: unknown) => error)
  expect(limited).toMatchObject({ status: 429 })
  expect(server.counts.chargedTokens).toBe(0)
  expect(await (await request()).text()).toBe('<html>no</html>')
  await expect(request().then((response) => response.text())).rejects.toThrow('terminated')
  const aborter = new AbortController()
  const headersOnly = await request(aborter.signal)
  expect(headersOnly.status).toBe(200)
  const hanging = request(aborter.signal)
  await server.when(({ requests }) => requests === 5)
  aborter.abort()
  await expect(hanging).rejects.toThrow('aborted')
  expect(await server.when(({ inFlight }) => inFlight === 0)).toMatchObject({ hungUp: 3, maxInFlight: 2 })
})

test('the most requests at once are counted, and closing ends those that hang', async () => {
  const { client, server } = await serve({ script: () => ({ hang: true }) })
  const all = Promise.allSettled(Array.from({ length: 20 }, () => client.chat.completions.create(question)))
  await server.when(({ inFlight }) => inFlight === 20)
  await server.close()
  servers.splice(0)
  expect((await all).every(({ status }) => status === 'rejected')).toBe(true)
  expect(server.counts.maxInFlight).toBe(20)
})

test('a conversation that a provider would refuse is refused', async () => {
  const { client, server } = await serve({ script: ['fine'] })
  const call = { id: 'a', type: 'function' as const, function: { name: 'edit', arguments: '{}' } }
  const [hello] = question.messages
  const conversations = [
    [hello, { role: 'assistant', tool_calls: [call] }, { role: 'user', content: 'and?' }],
    [hello, { role: 'assistant', tool_calls: [call] }],
    [
      hello,
      { role: 'assistant', tool_calls: [call] },
      hello,
      { role: 'assistant', content: 'well' },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ],
    [
      hello,
      { role: 'assistant', tool_calls: [call] },
      { role: 'assistant', content: 'well', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ],
    [hello, { role: 'tool', tool_call_id: 'a', content: 'x' }],
    [hello, { role: 'assistant', tool_calls: [call, call] }],
    [
      hello,
      { role: 'assistant', tool_calls: [{ ...call, function: { name: 'e d', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: '' },
    ],
    [
      hello,
      { role: 'assistant', tool_calls: [{ ...call, function: { name: 'ed', arguments: '{' } }] },
      { role: 'tool', tool_call_id: 'a', content: '' },
    ],
    [],
  ]
  for (const messages of conversations) {
    const response = await fetch(`${server.url}/chat/completions`, { method: 'POST', body: JSON.stringify({ model: 'x', messages }) })
    expect([JSON.stringify(messages), response.status]).toEqual([JSON.stringify(messages), 400])
  }
  await client.chat.completions.create({
    ...question,
    messages: [
      { role: 'user', content: 'hello' },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ],
  })
  expect(server.counts.requests).toBe(10)
  expect(server.requests).toHaveLength(1)
})

test('a script of tool calls goes by the conversation: asked again it says the same, a fresh one begins anew', async () => {
  const script = scriptOfToolCalls([{ name: 'read', arguments: { path: 'a' } }, [{ name: 'x' }, { name: 'y' }]], 'All done.')
  const { client } = await serve({ script })
  const ask = async (messages: OpenAI.ChatCompletionMessageParam[]) =>
    (await client.chat.completions.create({ model: 'm', messages })).choices[0]!.message
  const start: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'go' }]
  const first = await ask(start)
  expect(await ask(start)).toEqual(first)
  const second = await ask([...start, first, { role: 'tool', tool_call_id: first.tool_calls![0]!.id, content: 'A' }])
  expect(second.tool_calls).toHaveLength(2)
  const results = second.tool_calls!.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: '' }))
  const last = await ask([...start, first, { role: 'tool', tool_call_id: first.tool_calls![0]!.id, content: 'A' }, second, ...results])
  expect(last.content).toBe('All done.')
})

test('no value has more tokens than bytes, escapes and all', () => {
  for (const value of ['', '\u0001\u0002"\\\n'.repeat(50), { a: [1, null, true, { 'ü😀': 'x' }] }, [], 12.5]) {
    expect(scriptedTokens(value)).toBe(Math.ceil(Buffer.byteLength(JSON.stringify(value).replace(/\\(u[0-9a-f]{4}|.)/g, '_')) / 4))
  }
})

test('as a process it prints its base URL, answers by the script file, and shows its counts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-'))
  await writeFile(
    join(folder, 'script.mjs'),
    "export default () => 'from a file'\nexport const prices = { '*': { input: 1000000, output: 0 } }\n",
  )
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../dist/testing/scripted-server-main.js'), '--script', join(folder, 'script.mjs')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())))
    const client = new OpenAI({ baseURL: line, apiKey: 'x', maxRetries: 0 })
    expect((await client.chat.completions.create(question)).choices[0]?.message.content).toBe('from a file')
    const counts: unknown = await (await fetch(new URL('/__scripted/counts', line))).json()
    expect(counts).toMatchObject({
      requests: 1,
      byModel: { scripted: 1 },
      chargedMicroDollars: scriptedTokens([question.messages, null, null]),
    })
  } finally {
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await exited
  }
})
