import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { absolute } from '../cli/commands/start.ts'
import { type Cited } from '../contract/citations.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type Reply, scriptOfToolCalls, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { askedFor, judgement, saidIn } from './support/player.ts'
import { newFolder, removeFolders, writeFiles } from './workspace.fixture.ts'

const question = 'How long is a refund possible?'
const quote = { passage: 'money.md#5-6', quote: 'Whoever bought it may send it back for 30 days.' }
const found: Cited = { answer: 'For 30 days.', notFound: false, citations: [quote] }
const notFound: Cited = { answer: 'The handbook says nothing of it.', notFound: true, citations: [] }
/** Content with what is there once it has the section on returns, which the words of the question don't find. */
const missing = (said: string) =>
  said.includes('send it back')
    ? { sufficient: true, missing: [] }
    : { sufficient: false, missing: [{ what: 'for how long', query: 'return' }] }

/** A model for each way to answer; each says honestly what is missing, and judges well. */
const answers: Record<string, (said: string) => Cited> = {
  good: () => found,
  // Told that these words do not stand there, it copies them.
  learns: (said) =>
    said.includes('do not stand in') ? found : { ...found, citations: [{ ...quote, quote: 'It may be sent back for 30 days.' }] },
  invents: () => ({ ...found, citations: [{ passage: 'law.md#1-9', quote: 'Whoever bought it may send it back for 30 days.' }] }),
  'cites-nothing': () => ({ ...found, citations: [] }),
  'gives-up': () => notFound,
  // Right quotation, wrong conclusion.
  concludes: () => ({ ...found, answer: 'For ever.' }),
}
const models: Record<string, (request: ScriptedRequest) => Reply> = Object.fromEntries(
  Object.entries(answers).map(([name, answer]) => [name, (request: ScriptedRequest) => JSON.stringify(played(request, answer))]),
)
models['never-content'] = (request) =>
  JSON.stringify(
    played(
      request,
      () => notFound,
      () => ({ sufficient: false, missing: [{ what: 'more', query: `more ${request.count}` }] }),
    ),
  )
models['says-nothing'] = (request) =>
  JSON.stringify(
    played(
      request,
      () => found,
      () => ({ sufficient: false, missing: [] }),
    ),
  )
/** Knows the example: asks for the page on faults once it has seen the one on returns, and quotes both. */
const shoes: Cited = {
  answer: 'You get the money back, not a voucher.',
  notFound: false,
  citations: [
    { passage: 'returns.md#7-8', quote: 'We give a voucher for it, not the money.' },
    {
      passage: 'faults.md#5-9',
      quote: 'If that has failed twice, or takes longer than four weeks, the money back. This holds for what was on sale, too.',
    },
  ],
}
models['knows-shoes'] = (request) =>
  JSON.stringify(
    played(
      request,
      () => shoes,
      (said) =>
        said.includes('returns.md#7-8') && said.includes('faults.md#5-9')
          ? { sufficient: true, missing: [] }
          : {
              sufficient: false,
              missing: [
                { what: 'faults', query: 'fault mend replace money back' },
                { what: 'sales', query: 'reduced price' },
              ],
            },
    ),
  )
/** An agent that looks into the documents before it answers. */
models['looks-first'] = scriptOfToolCalls([
  { name: 'retrieve', arguments: { query: 'send it back' } },
  { name: 'finish', arguments: { answer: '30 days' } },
])
models['fails'] = (request) => (isMissing(request) ? { error: { status: 400 } } : models['good']!(request))

const isMissing = (request: ScriptedRequest) => askedFor(request)?.properties?.['sufficient'] !== undefined
function played(request: ScriptedRequest, answer: (said: string) => Cited, look: (said: string) => object = missing): object {
  const said = saidIn(request)
  if (isMissing(request)) return look(said)
  if (askedFor(request)?.properties?.['citations']) return answer(said)
  return judgement(said, said.includes('For ever.') ? { supported: 'the quotation says 30 days' } : {})
}

let bench: CoreBench
let server: ScriptedServer
let folder: string

beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => models[request.model]!(request) })
  folder = newFolder()
  bench = await openBench(ownWorkflows, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_DOCUMENTS: folder })
  writeFiles(folder, {
    'money.md': '# Money\nA refund goes to the card it came from.\n\n\n## Returns\nWhoever bought it may send it back for 30 days.\n',
    'people.md': '# People\nAsk Ada about everything else.\n',
  })
})
afterAll(async () => {
  await bench.close()
  await server.close()
  removeFolders()
})

async function ask(model: string, more: object = {}, carried?: object): Promise<Outcome<Cited>> {
  const input = { question, folder, models: `openai/${model}`, ...more }
  return (await (await bench.start('retrieveAndRefine', input, carried)).result()) as Outcome<Cited>
}

test('what is missing is searched for, and the answer rests on what was found; alike when it continues as new after every step', async () => {
  const outcomes = await Promise.all([undefined, 1].map((seamEvery) => ask('good', {}, seamEvery ? { seamEvery } : undefined)))
  expect(outcomes[0]).toMatchObject({ status: 'accepted', value: found, spent: { attempts: 2 } })
  for (const { status, value, spent } of outcomes)
    expect({ status, value, tokens: spent.tokens }).toEqual({ status: 'accepted', value: found, tokens: outcomes[0]!.spent.tokens })
})

test('a quote that does not stand there comes back to the writer, who copies it', async () => {
  expect(await ask('learns')).toMatchObject({ status: 'accepted', value: found, spent: { attempts: 2 } })
})

test.each([
  ['invents', 'No passage "law.md#1-9" was retrieved'],
  ['cites-nothing', 'It cites nothing'],
  ['gives-up', 'judged to have the answer'],
  ['concludes', 'the quotation says 30 days'],
])('%s is not accepted, however often it tries', async (model, says) => {
  const outcome = await ask(model)
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'stalls', best: { verdict: { accepted: false } } })
  expect(JSON.stringify(outcome.best?.verdict.objections)).toContain(says.replaceAll('"', '\\"'))
})

test('where nobody finds it, saying so is accepted, and what was still missing is said', async () => {
  const outcome = await ask('gives-up', { question: 'When is the harvest?', judges: 'openai/never-content' })
  expect(outcome).toMatchObject({ status: 'accepted', value: notFound, why: expect.stringContaining('something was still missing') })
})

test('a search that brings nothing new ends before its rounds do', async () => {
  const before = server.requests.length
  await ask('never-content', { rounds: 10 })
  const looks = server.requests.slice(before).filter(isMissing)
  expect(looks.length).toBe(3)
})

test('a look that says nothing, or fails, is no sign that enough was found', async () => {
  for (const judges of ['says-nothing', 'fails'])
    expect(await ask('gives-up', { judges: [`openai/${judges}`], rounds: 2 })).toMatchObject({
      status: 'accepted',
      value: notFound,
      why: expect.stringContaining('something was still missing'),
    })
})

test('spending stops at its cap, and what was left out of the search is said', async () => {
  expect(await ask('good', { limits: { tokens: 300 } })).toMatchObject({ status: 'stopped', reason: 'tokens' })
  const empty = newFolder()
  expect(await ask('never-content', { folder: empty })).toMatchObject({
    why: expect.stringContaining('There is no document in the folder'),
  })
  await expect(ask('good', { folder: '/nowhere' })).rejects.toMatchObject({ cause: { type: 'FolderRefused' } })
})

test('the example is answered from two pages, by the input that it comes with', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { models: _, ...input } = absolute(JSON.parse(readFileSync(join(root, 'examples/handbook/input.json'), 'utf8')), root)
  expect(input['folder']).toBe(join(root, 'examples/handbook/documents'))
  expect(await ask('knows-shoes', input)).toMatchObject({ status: 'accepted', value: shoes })
})

test('an agent searches the documents of the worker by the tool retrieve', async () => {
  const input = { goal: question, tools: ['retrieve'], models: 'openai/looks-first' }
  expect(await (await bench.start('agentLoop', input)).result()).toMatchObject({ status: 'accepted', value: { answer: '30 days' } })
  const { messages } = server.requests.findLast(({ model }) => model === 'looks-first')!
  expect(messages.at(-1)).toMatchObject({ role: 'tool', content: expect.stringContaining('## money.md#5-6 (Money > Returns)\n## Returns') })
})
