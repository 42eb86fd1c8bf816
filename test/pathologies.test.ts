import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { defineTool } from '../activities/effects/tool.ts'
import { type Outcome } from '../contract/outcome.ts'
import {
  pathologies,
  type Pathology,
  type ScriptedRequest,
  type ScriptedServer,
  scriptedTokens,
  startScriptedServer,
} from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

type Ended = Outcome<{ attempt: number; stopped?: string; why?: string }>

const slug = ({ name }: Pathology) => name.replaceAll(' ', '-')
/** The case whose agent a stage belongs to. */
const caseOf = (stage: string) => pathologies.find((one) => stage.includes(`/${slug(one)}#`))!
/** So is a model told that it goes round in circles, or that its attempts bring nothing. */
const told = /Do something else, or finish|Try a different approach/

const calls = new Map<string, number>()
/** The tools of the kit, which answer by the case that their run plays. */
const kitTools = (['look', 'build'] as const).map((name) =>
  defineTool({
    name,
    description: pathologies.flatMap(({ tools }) => tools).find((tool) => tool.name === name)!.description,
    arguments: z.strictObject({ at: z.string() }),
    class: 'read',
    ...(name === 'build' ? { polling: true } : {}),
    perform: async (_arguments, { run, stage }) => {
      const call = calls.get(run) ?? 0
      calls.set(run, call + 1)
      const { answers } = caseOf(stage).tools.find((tool) => tool.name === name)!
      return answers[Math.min(call, answers.length - 1)]!
    },
  }),
)

let bench: CoreBench
let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer({
    script: ({ model }) => {
      const { replies } = pathologies.find((one) => model.startsWith(slug(one)))!
      return replies[Math.min(server.counts.byModel[model]!, replies.length) - 1]!
    },
  })
  bench = await openBench('./workflows/pathologies.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' }, kitTools)
  const small = pathologies.filter(({ window }) => window !== undefined)
  const facts = ({ window }: Pathology) => ({ input: 0, output: 0, window, maxOutput: 1_000 })
  const models = small.flatMap((one) => ways.map(({ called }) => [`openai/${slug(one)}${called}`, facts(one)]))
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models: Object.fromEntries(models) }))
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const ways = [
  { called: '', carried: undefined, when: '' },
  { called: '-seam', carried: { seamEvery: 2 }, when: ', also when the run continues as new after every second step' },
]

async function play(one: Pathology, { called, carried }: (typeof ways)[number]): Promise<{ outcome: Ended; asked: ScriptedRequest[] }> {
  const { name: _, task, tools, limits, verifier } = one
  const model = `${slug(one)}${called}`
  const { turns, attempts } = limits
  const input = {
    name: slug(one),
    task,
    tools: tools.map(({ name }) => name),
    turns,
    verifier,
    models: `openai/${model}`,
    limits: { attempts },
  }
  const outcome = (await (await bench.start('pathology', input, carried)).result()) as Ended
  return { outcome, asked: askedOf(model) }
}

/** What a model was asked; a call that was lost on a busy machine and made again counts once. */
function askedOf(model: string): ScriptedRequest[] {
  const requests = server.requests.filter((request) => request.model === model)
  return [...new Map(requests.map((request) => [JSON.stringify(request.messages), request])).values()]
}

/** What stopped it, in the kit's words. */
function stoppedBy({ reason, best }: Ended): string | undefined {
  if (reason === 'stalls' || best?.value.stopped === 'circling') return 'no progress'
  return reason === 'attempts' || reason === 'tokens' ? 'limit' : reason
}

describe.each(ways)('the pathology kit$when', (way) => {
  test.each(pathologies.map((one) => [one.name, one] as const))('%s reaches its verdict', async (_name, one) => {
    const { verdict, window = Infinity } = one
    const { outcome, asked } = await play(one, way)
    const wasTold = asked.some(({ messages }) => messages.some(({ role, content }) => role === 'user' && told.test(String(content))))
    expect({
      ends: outcome.status,
      by: outcome.status === 'stopped' ? stoppedBy(outcome) : undefined,
      told: wasTold,
      requests: Math.max(asked.length, verdict.requests),
      fits: asked.every(({ messages, tools }) => scriptedTokens([messages, tools]) <= window),
      best: verdict.best === undefined ? undefined : outcome.best?.attempt,
    }).toEqual({ by: undefined, told: false, fits: true, best: undefined, ...verdict })
  })
})

test('a loop without progress is told, begins afresh, and is stopped', () => {
  const asked = askedOf('score-plateau')
  const turnsBefore = asked.map(({ messages }) => messages.filter(({ role }) => role === 'assistant').length)
  expect(turnsBefore).toEqual([0, 1, 2, 0])
  const tellings = asked.map(({ messages }) => told.test(JSON.stringify(messages.at(-1))))
  expect(tellings).toEqual([false, false, true, false])
})

test.each([
  ['edit-free rounds', 'edit-free'],
  ['score plateau', 'plateau'],
  ['oscillating score', 'churn, plateau'],
])('why %s brought no progress is named: %s', async (name, kinds) => {
  const { outcome } = await play(
    pathologies.find((one) => one.name === name)!,
    { called: '-named', carried: undefined, when: '' },
  )
  expect(outcome.why).toContain(kinds)
})

test('every case is plain data, and stands in the page about it', () => {
  expect(JSON.parse(JSON.stringify(pathologies))).toEqual(pathologies)
  const page = readFileSync(new URL('../docs/pathology-kit.md', import.meta.url), 'utf8')
  for (const { name } of pathologies) expect(page).toContain(`| ${name} |`)
})
