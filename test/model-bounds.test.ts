import { afterEach, expect, test } from '@jest/globals'
import { canonicalJson } from '../contract/digest.ts'
import { type Message, type ModelReply, type Transcript } from '../contract/models.ts'
import { inputBound, messageBytes } from '../contract/tokens.ts'
import { type Reply, type ScriptedMessage } from '../testing/index.ts'
import { closeServers, modelAt, question } from './model.fixture.ts'

afterEach(closeServers)

/** Numbers from a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const alphabet = ['a', 'é', '😀', '\n', '"', '\\', '\u0001', '\u001b[31m', ' the ', '{', '漢']
const textFrom = (next: ReturnType<typeof random>, most: number) =>
  Array.from({ length: next(most) }, () => alphabet[next(alphabet.length)]).join('')

/** The worst tokenizer: a token for every byte of every text in the messages, and some around each message and call. */
function worstTokens(messages: ScriptedMessage[]): number {
  return messages.reduce((sum, { content, tool_calls: calls = [] }) => {
    const written = calls.map((call) => call.id + call.function.name + call.function.arguments)
    return (
      sum +
      4 +
      Buffer.byteLength(typeof content === 'string' ? content : '') +
      written.reduce((bytes, text) => bytes + 4 + Buffer.byteLength(text), 0)
    )
  }, 0)
}

test.each([1, 2, 3])("no request of a conversation has more input tokens than its bound, by the server's rule (seed %d)", async (seed) => {
  const next = random(seed)
  const { ask, server, world } = await modelAt((): Reply => {
    const hostile = ['{"n":[1e20,1e20,1e20,1e20]}', '{"a":1', '"x"', `{"t":${JSON.stringify(textFrom(next, 400))}}`]
    const toolCalls = Array.from({ length: next(4) }, () => ({
      name: 'edit',
      arguments: hostile[next(hostile.length)] ?? '',
      id: next(2) ? '' : `id${next(3)}`,
    }))
    return { text: textFrom(next, 300), toolCalls }
  })
  const tools = await world.store.put(JSON.stringify([{ name: 'edit', description: textFrom(next, 200), schema: { type: 'object' } }]))
  let reply: ModelReply | undefined
  for (let turn = 0; turn < 25; turn++) {
    const model = next(5) === 0 ? 'openai/other' : 'openai/scripted'
    const call = { ...question, model, tools, add: await added(reply), ...(reply ? { transcript: reply.transcript } : {}) }
    const unchanged = reply?.transcript.model === model
    const before = server.counts.promptTokens
    reply = await ask(call)
    const bound = inputBound({ ...call, toolsBytes: unchanged ? 0 : tools.bytes })
    expect(server.counts.promptTokens - before).toBeLessThanOrEqual(bound)
    expect(worstTokens(server.requests.at(-1)?.messages ?? [])).toBeLessThanOrEqual(reply.transcript.bytes)
  }

  async function added(last: ModelReply | undefined): Promise<Message[]> {
    const results = (last?.toolCalls ?? []).map(async ({ id }): Promise<Message> => {
      const text = textFrom(next, 600)
      return { role: 'tool', toolCallId: id, content: next(2) ? text : await world.store.put(text) }
    })
    return [...(await Promise.all(results)), { role: 'user', content: textFrom(next, 100) }]
  }
})

test('numbers that are longer when sent back, and ids that had to be made, are in the next bound', async () => {
  const { ask, server } = await modelAt([{ toolCalls: [{ name: 'edit', id: '', arguments: `{"n":[${'1e20,'.repeat(500)}1]}` }] }, 'Done.'])
  const first = await ask({ maxOutputTokens: 100_000 })
  const add: Message[] = [{ role: 'tool', toolCallId: first.toolCalls[0]?.id ?? '', content: '' }]
  const { promptTokens } = server.counts
  await ask({ transcript: first.transcript, add })
  expect(server.counts.promptTokens - promptTokens).toBeLessThanOrEqual(inputBound({ ...question, transcript: first.transcript, add }))
})

test('with a token for every byte, what is added never has more tokens than the bound allows for it', () => {
  const next = random(7)
  for (let round = 0; round < 500; round++) {
    const content = textFrom(next, 200)
    const message: Message = { role: 'tool', toolCallId: 'call_1_0', content }
    const transcript: Transcript = { sha256: 'a'.repeat(64), bytes: 10_000, tokens: 1_000, model: 'openai/m' }
    const bound = inputBound({ transcript, model: 'openai/m', add: [message] })
    expect(worstTokens([{ role: 'tool', content, tool_call_id: 'call_1_0' }])).toBeLessThanOrEqual(bound - 1_000)
    const byReference: Message = { ...message, content: { sha256: 'b'.repeat(64), bytes: Buffer.byteLength(content) } }
    expect(worstTokens([{ role: 'tool', content }])).toBeLessThanOrEqual(messageBytes(byReference))
  }
})

test('the bound starts from the last count only when the same model counted', () => {
  const transcript: Transcript = { sha256: 'a'.repeat(64), bytes: 100_000, tokens: 20_000, model: 'openai/m' }
  const add: Message[] = [{ role: 'user', content: 'hello' }]
  const bytes = canonicalJson(add[0]).length
  expect(inputBound({ transcript, model: 'openai/m', add })).toBe(20_000 + bytes)
  expect(inputBound({ transcript, model: 'openai/m', add, toolsBytes: 30, schemaBytes: 4 })).toBe(20_034 + bytes)
  expect(inputBound({ transcript, model: 'openai/other', add })).toBeGreaterThanOrEqual(100_000 + bytes)
  expect(inputBound({ model: 'openai/m', add })).toBeGreaterThanOrEqual(bytes)
})
