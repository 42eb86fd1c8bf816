import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compact, isLeftOut, type Numbered } from '../activities/model/compact.ts'
import { createCompaction } from '../activities/model/compaction.ts'
import { appendTranscript, readTranscript } from '../activities/model/transcript.ts'
import { type Message, type Transcript } from '../contract/models.ts'
import { type Outcome } from '../contract/outcome.ts'
import { messageBytes } from '../contract/tokens.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, scriptedTokens, startScriptedServer } from '../testing/index.ts'
import { closeServers, newContext, newWorld } from './model.fixture.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

const window = 16_000
let bench: CoreBench
let server: ScriptedServer
let play: (request: ScriptedRequest, count: number) => Reply
let asked = 0

beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => play(request, ++asked) })
  bench = await openBench('./workflows/models.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models: { 'openai/narrow': { window } } }))
})
afterAll(async () => {
  await bench.close()
  await server.close()
})
afterEach(closeServers)

const text = (index: number) => `The ${index}. file.\n${`line of file ${index}\n`.repeat(250)}`
const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index + 1}.txt`, text(index + 1)]))
const call = (name: string, given: Record<string, unknown>) => ({ toolCalls: [{ name, arguments: given }] }) as Reply

for (const seamEvery of [undefined, 1, 3]) {
  const when = seamEvery === undefined ? 'in one go' : `continuing as new after every ${seamEvery} steps`
  test(`an agent that reads far more than its model's window never passes it, keeps its goal, and gets back what was left out, ${when}`, async () => {
    asked = 0
    const before = server.requests.length
    // Message 3 of the whole is what the first call was answered.
    play = (_request, count) =>
      count <= 12
        ? call('read', { path: `${count}.txt` })
        : count === 13
          ? call('earlier', { message: 3 })
          : call('finish', { answer: 'done' })
    const input = { models: 'openai/narrow', repo: makeRepository(files), turns: 20 }
    const run = await bench.start('reading', input, ...(seamEvery === undefined ? [] : [{ seamEvery }]))
    expect(((await run.result()) as Outcome<unknown>).value).toMatchObject({ turns: 14, answer: 'done' })
    const requests = server.requests.slice(before)
    expect(requests).toHaveLength(14)
    expect(Math.max(...requests.map(({ body }) => scriptedTokens(body)))).toBeLessThan(window)
    const goal = JSON.stringify(requests[0]!.messages[1])
    for (const { messages } of requests) expect(JSON.stringify(messages[1])).toBe(goal)
    const whole = JSON.stringify(requests.map(({ body }) => body)).length
    expect(whole).toBeGreaterThan(12 * 5_000)
    const [back] = requests[13]!.messages.slice(-1)
    expect(back).toMatchObject({ role: 'tool', content: expect.stringContaining('The 1. file.') })
    expect(requests[12]!.messages.some((message) => JSON.stringify(message).includes('The 1. file.'))).toBe(false)
    expect(requests[0]!.tools?.map(({ name }) => name)).not.toContain('earlier')
    expect(requests[13]!.tools?.map(({ name }) => name)).toContain('earlier')
  }, 60_000)
}

/** A conversation of turns whose outputs have all lengths, with words of a person in between. */
function talk(turns: number, random: () => number): Message[] {
  const said = (length: number) => `${Math.floor(random() * 1e6)} `.repeat(length)
  const messages: Message[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'The goal and its criteria.' },
  ]
  for (let turn = 0; turn < turns; turn++) {
    if (random() < 0.2) messages.push({ role: 'user', content: said(random() * 30) })
    const calls = Array.from({ length: Math.floor(random() * 3) }, (_, index) => ({ id: `${turn}-${index}`, name: 'read', arguments: {} }))
    messages.push({ role: 'assistant', content: said(random() * 20), ...(calls.length > 0 ? { toolCalls: calls } : {}) })
    for (const { id } of calls) messages.push({ role: 'tool', toolCallId: id, content: said(random() ** 3 * 800) })
  }
  return [...messages, { role: 'user', content: 'The newest objection.' }]
}

/** A generator whose numbers are the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
}

const bytesOf = (kept: Numbered[]) => kept.reduce((sum, { message }) => sum + messageBytes(message), 0)

test('whatever is left out, the rest is word for word, in order, answers stay with their calls, and goal and newest objection stay', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    const messages = talk(1 + Math.floor(random() * 40), random)
    const whole = messages.map((message, number) => ({ message, number }))
    const most = 2_000 + Math.floor(random() * 20_000)
    const kept = compact(whole, most)
    const numbers = kept.flatMap(({ number }) => number ?? [])
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    for (const { message, number } of kept) {
      if (number === null || isLeftOut(message)) continue
      expect(message).toBe(messages[number])
    }
    const words = kept.map(({ message }) => message.content)
    expect(words).toEqual(expect.arrayContaining(['Be brief.', 'The goal and its criteria.', 'The newest objection.']))
    const calls = new Set(kept.flatMap(({ message }) => (message.toolCalls ?? []).map(({ id }) => id)))
    const answers = new Set(kept.flatMap(({ message }) => message.toolCallId ?? []))
    expect(answers).toEqual(calls)
    if (bytesOf(whole) <= most - 400) expect(kept).toEqual(whole)
    expect(bytesOf(kept)).toBeLessThanOrEqual(Math.max(most, 3_000))
  }
})

test('an output goes before a turn goes, and the newest turn stays', () => {
  const random = seeded(7)
  const messages = talk(30, random)
  const whole = messages.map((message, number) => ({ message, number }))
  const kept = compact(whole, bytesOf(whole) - 500)
  expect(kept).toHaveLength(whole.length)
  expect(kept.filter(({ message }) => isLeftOut(message))).toHaveLength(1)
  const last = messages.findLastIndex(({ role }) => role === 'assistant')
  expect(compact(whole, 0).map(({ number }) => number)).toEqual(expect.arrayContaining([0, 1, last, messages.length - 1]))
})

test('after several compactions every message of the whole comes back word for word, long ones in parts', async () => {
  const world = await newWorld()
  const { compactTranscript, readEarlier } = createCompaction(world)
  const random = seeded(3)
  const whole: Message[] = talk(6, random)
  const inContext = <A, R>(work: (call: A) => Promise<R>, given: A) => newContext().run(work, given) as Promise<R>
  let head = await appendTranscript(world.store, { messages: [], hashes: [] }, whole)
  let transcript: Transcript = { sha256: head, bytes: whole.reduce((sum, message) => sum + messageBytes(message), 0), tokens: 0, model: '' }
  for (let round = 0; round < 3; round++) {
    const more = talk(6, random).slice(2)
    whole.push(...more)
    ;({ transcript } = await inContext(compactTranscript, { transcript, add: more, most: 2_500 }))
    expect(transcript.bytes).toBeLessThanOrEqual(2_500)
    const later: Message[] = [{ role: 'assistant', content: `round ${round}` }]
    whole.push(...later)
    head = await appendTranscript(world.store, await readTranscript(world.store, transcript.sha256), later)
    transcript = { ...transcript, sha256: head, bytes: transcript.bytes + messageBytes(later[0]!) }
  }
  for (const [message, { content, toolCalls = [] }] of whole.entries()) {
    let back = ''
    for (let from = 0; ; from += 8_000) {
      const { text: part } = await inContext(readEarlier, { transcript, arguments: { message, from }, inlineBytes: 100_000 })
      back += (part as string).replace(/\n\[characters \d+–\d+ of \d+\]$/, '')
      if (from + 8_000 >= (content as string).length) break
    }
    const calls = toolCalls.map(({ name, arguments: given }) => JSON.stringify({ arguments: given, tool: name }))
    expect(back).toBe([content as string, ...calls].filter((part) => part !== '').join('\n'))
  }
  expect(await inContext(readEarlier, { transcript, arguments: { message: whole.length }, inlineBytes: 512 })).toEqual({
    text: `There is no message ${whole.length} in this conversation.`,
    failed: true,
  })
})
