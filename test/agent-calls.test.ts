import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { z } from 'zod'
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
    .map(({ content }) => content)
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
