import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorkflowNotFoundError } from '@temporalio/client'
import { connect, type Loopwright } from '../client/index.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'
import { until } from './support/until.ts'
import { declarations } from './support/workflows/models.ts'

/** LOOPWRIGHT_FLOOD=9000 is the whole size. */
const size = Number(process.env['LOOPWRIGHT_FLOOD'] ?? 300)
const limits = { attempts: 100, tokens: 1_000_000_000, dollars: 'none' as const, minutes: 600 }
const repo = makeRepository({ 'notes.txt': 'a note\n' })
let bench: CoreBench
let models: ScriptedServer
let loopwright: Loopwright
/** What the model was told, call by call, and how it answers. */
let heard: string[][]
let turns: number
let reply: () => Reply | Promise<Reply>

beforeAll(async () => {
  models = await startScriptedServer({ script: play, keep: 1 })
  const environment = { OPENAI_BASE_URL: models.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_SANDBOX: 'none' }
  bench = await openBench('./workflows/models.ts', environment)
  const { stateFolder, taskQueue } = bench
  writeFileSync(
    join(stateFolder, 'models.json'),
    JSON.stringify({ models: { 'openai/reader': { input: 0, output: 0, window: 10_000_000, maxOutput: 8_000 } } }),
  )
  loopwright = await connect({ address: process.env['LOOPWRIGHT_TEST_ADDRESS']!, stateFolder, taskQueue, declarations })
}, 120_000)
afterAll(async () => {
  await loopwright?.close()
  await bench?.close()
  await models?.close()
}, 60_000)

/** Notes what people say that no reply of the model followed yet. */
async function play({ messages }: ScriptedRequest): Promise<Reply> {
  const since = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1)
  const told = since.map(({ content }) => String(content)).filter((content) => content.includes(' says: '))
  // A call that was lost on a busy machine is made again, with the same messages.
  if (told.length > 0 && JSON.stringify(told) !== JSON.stringify(heard.at(-1))) heard.push(told)
  return reply()
}

const reading = (): Reply => ({
  toolCalls: [{ name: 'read', arguments: { path: 'notes.txt', from: ++turns, to: turns } }],
  delayMilliseconds: 20,
})

/** Starts a run that reads a file until it is stopped. */
async function start(carried?: object, answer: typeof reply = reading): Promise<string> {
  heard = []
  turns = 0
  reply = answer
  const { workflowId } = await bench.start('reading', { models: 'openai/reader', repo, turns: 1_000_000, limits }, carried)
  await until(
    () => turns,
    (count) => count > 0,
  )
  return workflowId
}

/** Who sends messages, and how: gives whether a message was taken. */
interface Person {
  by: string
  say: (run: string, text: string) => Promise<boolean>
}

/** So many people; every other one says things by signals, the others by updates. */
const people = (count: number): Person[] =>
  Array.from({ length: count }, (_, index) => ({ by: `p${index}`, say: (index % 2 === 0 ? bySignal : byUpdate)(`p${index}`) }))

function bySignal(by: string): Person['say'] {
  return async (run, text) => {
    const sent = bench.client.workflow.getHandle(run).signal('steer', { text, by })
    return sent.then(
      () => true,
      (error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      },
    )
  }
}

function byUpdate(by: string): Person['say'] {
  return async (run, text) => {
    // While a run continues as new under a flood, an answer may take long.
    const answer = await loopwright.send(run, 'steer', { text, by, id: `${by}-${text.slice(0, 20)}` }, { waitMilliseconds: 300_000 })
    return answer.accepted
  }
}

/** Everybody says one thing after the other without a pause; gives what was taken of each, in their order. */
async function flood(run: string, all: Person[], goesOn: (said: number) => boolean): Promise<Map<string, string[]>> {
  const taken = new Map(all.map(({ by }) => [by, [] as string[]]))
  const everything = all.map(async ({ by, say }) => {
    for (let number = 1; goesOn(number); number++) if (await say(run, String(number))) taken.get(by)!.push(String(number))
  })
  await Promise.all(everything)
  return taken
}

/** What the model heard of each, in its order. */
function heardOf(all: Person[]): Map<string, string[]> {
  const words = heard.flat()
  return new Map(all.map(({ by }) => [by, words.flatMap((said) => (said.startsWith(`${by} says: `) ? [said.slice(by.length + 7)] : []))]))
}

const countOf = (said: Map<string, string[]>) => [...said.values()].flat().length

test(`a model hears each of ${size} messages of ten people once and in the order of whoever sent it, half by signal and half by update`, async () => {
  const run = await start()
  const all = people(10)
  const began = Date.now()
  const said = await flood(run, all, (number) => number <= size / all.length)
  const sent = Date.now()
  await until(
    () => heard.flat().length,
    (count) => count >= size,
  )
  const { continued } = await loopwright.status(run)
  await loopwright.stop(run)
  expect(await loopwright.result(run)).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  expect(countOf(said)).toBe(size)
  expect(heardOf(all)).toEqual(said)
  expect(heard.flat()).toHaveLength(size)
  tell({ size, turns, continued, sending: sent - began, hearing: Date.now() - sent })
}, 1_800_000)

test('a run that is told something all the time continues as new meanwhile, and what is said again is heard once', async () => {
  const run = await start({ seamEvery: 2 })
  // What waits for the end of the agent is carried all the way, in pieces.
  for (let index = 0; index < 10; index++) await loopwright.steer(run, { text: 'x'.repeat(8_000), when: 'end' })
  const all = people(6)
  const most = 100
  let continued = 0
  let over = false
  const look = async () => {
    while (!over && continued < 3) ({ continued } = await loopwright.status(run))
  }
  const [said] = await Promise.all([flood(run, all, (number) => continued < 3 && number <= most).finally(() => (over = true)), look()])
  // They were still talking when it had continued.
  expect(countOf(said)).toBeLessThan(all.length * most)
  await until(
    () => heard.flat().length,
    (count) => count >= countOf(said),
  )
  const [, { by, say }] = all as [Person, Person]
  for (const text of said.get(by)!.slice(0, 20)) expect(await say(run, text)).toBe(true)
  expect(await say(run, 'at last')).toBe(true)
  await until(
    () => heard.flat(),
    (words) => words.includes(`${by} says: at last`),
  )
  said.get(by)!.push('at last')
  expect(heardOf(all)).toEqual(said)
  await loopwright.stop(run)
}, 300_000)

test('an execution that was told enough refuses steering until the run continues, and takes everything else; the client says it again', async () => {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const run = await start({ seamEvery: 1, mostSteered: 4 }, async () => {
    const answer = reading()
    await released
    return answer
  })
  const [, { by, say }] = people(2) as [Person, Person]
  for (const text of ['1', '2', '3', '4']) expect(await say(run, text)).toBe(true)
  const plain = bench.client.workflow.getHandle(run).executeUpdate('steer', { args: [{ text: 'as an update' }] })
  await expect(plain).rejects.toMatchObject({
    cause: { type: 'TooMany', message: expect.stringMatching(/^The run has been told as much/) },
  })
  const brief = loopwright.send(run, 'steer', { text: 'in a hurry', id: 'brief' }, { waitMilliseconds: 1_000 })
  await expect(brief).rejects.toMatchObject({ type: 'TooMany', next: 'send it again with --id brief' })
  expect(await loopwright.pause(run, {})).toEqual({ accepted: true })
  expect(await loopwright.extend(run, { limits: { attempts: 200 } })).toEqual({ accepted: true })
  expect(await loopwright.resume(run, {})).toEqual({ accepted: true })
  const fifth = say(run, '5')
  release()
  expect(await fifth).toBe(true)
  await until(
    () => heard.flat(),
    (words) => words.includes(`${by} says: 5`),
  )
  expect(heard.flat()).toEqual(['1', '2', '3', '4', '5'].map((text) => `${by} says: ${text}`))
  await loopwright.stop(run)
}, 300_000)

test(`in the midst of a flood a run is stopped, and what it had not heard stands in its certificate, all in order`, async () => {
  const run = await start()
  const all = people(10)
  let over = false
  const flooding = flood(run, all, () => !over)
  await until(
    () => heard.flat().length,
    (count) => count >= size / 3,
  )
  const began = Date.now()
  await loopwright.stop(run)
  const outcome = await loopwright.result(run)
  const stopping = Date.now() - began
  over = true
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  const said = await flooding
  const record = JSON.parse(await loopwright.store.text(outcome.certificate!.sha256)) as {
    undeliveredSteering: { by: string; text: string }[]
  }
  for (const [index, { by }] of all.entries()) {
    const [taken, known] = [said.get(by)!, heardOf(all).get(by)!]
    const undelivered = record.undeliveredSteering.flatMap((message) => (message.by === by ? [message.text] : []))
    expect({ by, known }).toEqual({ by, known: taken.slice(0, known.length) })
    // Between the two are the words of the call that was cut off. A signal that comes when the run has ended already is taken by the server all the same.
    const rest = taken.slice(known.length)
    if (index % 2 === 1) expect({ by, undelivered }).toEqual({ by, undelivered: rest.slice(rest.length - undelivered.length) })
    else expect(rest.join(' ')).toContain(undelivered.join(' '))
  }
  if (process.env['LOOPWRIGHT_FLOOD']) expect(stopping).toBeLessThan(5_000)
  tell({ said: countOf(said), undelivered: record.undeliveredSteering.length, stopping })
}, 1_800_000)

/** The figures, where somebody asked for the whole size. */
function tell(figures: Record<string, number>): void {
  if (process.env['LOOPWRIGHT_FLOOD']) process.stderr.write(`${JSON.stringify(figures)}\n`)
}

test('a run that does not listen takes so many words and no more: it could not carry them all', async () => {
  const run = await start()
  expect(await loopwright.pause(run, {})).toMatchObject({ accepted: true })
  const text = 'x'.repeat(8_000)
  const told: string[] = []
  for (let number = 0; number < 65; number++) {
    const said = bench.client.workflow.getHandle(run).executeUpdate('steer', { args: [{ text, by: 'ada' }] })
    told.push(
      await said.then(
        () => 'taken',
        (error: { cause?: { type?: string } }) => error.cause?.type ?? JSON.stringify(error),
      ),
    )
  }
  expect(told).toEqual([...Array<string>(63).fill('taken'), 'TooMany', 'TooMany'])
  await loopwright.stop(run)
}, 120_000)
