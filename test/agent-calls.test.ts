import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { z } from 'zod'
import { type Gate } from '../contract/messages.ts'
import { type OwnTool } from '../activities/effects/tool.ts'
import { type Reply, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
let server: ScriptedServer
let log: string[] = []
let arrived = 0
let bothArrived = () => {}
let met: Promise<void>
let turns: Reply[] = []

beforeEach(() => {
  log = []
  arrived = 0
  met = new Promise((resolve) => {
    bothArrived = resolve
  })
})

/** A read that comes back only when its twin is under way, too. */
const meeting = (name: string): OwnTool => ({
  name,
  description: 'Meets the other.',
  arguments: z.strictObject({}),
  class: 'read',
  async perform() {
    if (++arrived === 2) bothArrived()
    await met
    log.push(name)
    return `${name} was there`
  },
})
const noting = (name: string, effect: 'read' | 'keyed'): OwnTool => ({
  name,
  description: 'Notes that it was used.',
  arguments: z.strictObject({}),
  class: effect,
  async perform() {
    log.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    log.push(`${name} ends`)
    return `${name} was there`
  },
})
const broken: OwnTool = {
  ...noting('broken', 'read'),
  perform: () => Promise.reject(new Error('the shelf is empty')),
}
const tools = [meeting('left'), meeting('right'), noting('look', 'read'), noting('pay', 'keyed'), broken]
const names = tools.map(({ name }) => name)

beforeAll(async () => {
  server = await startScriptedServer({
    script: ({ messages }) => turns[messages.filter(({ role }) => role === 'assistant').length] ?? 'done',
  })
  bench = await openBench('./workflows/effects.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' }, tools)
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const calls = (...called: string[]): Reply => ({ toolCalls: called.map((name) => ({ name, arguments: {} })) })

async function answersTo(...called: string[]): Promise<unknown[]> {
  turns = [calls(...called)]
  const run = await bench.start('acting', { models: 'openai/x', names })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
  return server.requests
    .at(-1)!
    .messages.filter(({ role }) => role === 'tool')
    .map(({ content }) => /^<data from="(?:\w+)">\n([^]*)\n<\/data>$/.exec(String(content))?.[1])
}

test('calls of one turn that only read are made side by side, and answered in their order', async () => {
  expect(await answersTo('right', 'left')).toEqual(['right was there', 'left was there'])
  expect(new Set(log)).toEqual(new Set(['left', 'right']))
})

test('a call that changes something waits for those before it, and those after it wait for it', async () => {
  expect(await answersTo('look', 'pay', 'look')).toEqual(['look was there', 'pay was there', 'look was there'])
  expect(log).toEqual(['look begins', 'look ends', 'pay begins', 'pay ends', 'look begins', 'look ends'])
})

test('a tool that fails is answered with what it said, and the others of its turn with what they found', async () => {
  const answers = await answersTo('look', 'broken', 'look')
  expect(answers).toEqual(['look was there', expect.stringContaining('the shelf is empty'), 'look was there'])
})

/** Starts an agent that asks a person, and answers. */
async function answering(asked: Record<string, unknown>, decision: object): Promise<{ gate: Gate; outcome: unknown; heard: unknown }> {
  turns = [{ toolCalls: [{ name: 'ask_person', arguments: asked }] }]
  const run = await bench.start('acting', { models: 'openai/x', names: ['ask_person'] })
  let gate: Gate | undefined
  while (!gate) [gate] = await run.query<Gate[]>('gates')
  expect(await run.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, by: 'ada', ...decision }] })).toEqual({
    accepted: true,
  })
  const outcome: unknown = await run.result()
  return { gate, outcome, heard: server.requests.at(-1)!.messages.at(-1) }
}

test('a model asks a person in words or for a choice, hears the answer, and goes on when nobody knows', async () => {
  const text = await answering({ question: 'Which colour?' }, { answer: 'yes', value: 'Blue, please.' })
  expect(text.gate).toMatchObject({ kind: 'input', question: 'A model asks: Which colour?' })
  expect(text).toMatchObject({ outcome: { status: 'accepted' }, heard: { role: 'tool', content: 'ada answered: Blue, please.' } })
  const choice = await answering({ question: 'Which?', options: ['left', 'right'] }, { answer: 'yes', value: 'right' })
  expect(choice).toMatchObject({ gate: { kind: 'select', options: ['left', 'right'] }, heard: { content: 'ada answered: right' } })
  const nobody = await answering({ question: 'Which?' }, { answer: 'no', note: 'I am not from here' })
  expect(nobody).toMatchObject({
    outcome: { status: 'accepted' },
    heard: { content: expect.stringContaining('Nobody answers this: I am not from here.') },
  })
})

test('whoever is asked by a model may stop the run', async () => {
  const { outcome } = await answering({ question: 'May I?' }, { answer: 'stop', note: 'enough' })
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'declined', why: expect.stringContaining('enough') })
})

test('a question that does not fit its form is told to the model, and asks nobody', async () => {
  turns = [{ toolCalls: [{ name: 'ask_person', arguments: { question: '', options: ['one'] } }] }]
  const run = await bench.start('acting', { models: 'openai/x', names: ['ask_person'] })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
  expect(server.requests.at(-1)!.messages.at(-1)).toMatchObject({ content: expect.stringContaining('do not fit ask_person') })
})
