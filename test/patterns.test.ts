import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { declarations } from '../contract/declarations.ts'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { askedFor, judgement, player, saidIn } from './support/player.ts'

/** Models that do what they are asked, but for this. */
const models: Record<string, (request: ScriptedRequest) => Reply | Promise<Reply>> = {
  good: player,
  // Its first text is too long, and its first value too small; told so, it mends them.
  learns: (request) => {
    const told = saidIn(request).includes('What is wrong with your last one')
    if (askedFor(request)) return JSON.stringify({ article: 'paper', count: told ? 3 : 0, to: 'Ada' })
    return told ? 'short and good' : 'long '.repeat(300)
  },
  strict: (request) => {
    const said = saidIn(request)
    const poor = said.includes('long long')
    if (askedFor(request)?.properties?.['weak']) return JSON.stringify({ weak: poor ? [{ place: 'long long', problem: 'too long' }] : [] })
    return JSON.stringify(judgement(said, poor ? { short: 'it has 300 words' } : {}, poor ? 3 : 9))
  },
  // Everything is fine, with words that do not stand there.
  flatters: (request) => {
    const { findings } = judgement(saidIn(request)) as { findings: { evidence: string }[] }
    return JSON.stringify({ findings: findings.map((finding) => ({ ...finding, evidence: 'a splendid piece of work' })), score: 10 })
  },
  silent: () => JSON.stringify({ findings: [], score: 10 }),
  'off-scale': (request) => JSON.stringify({ ...judgement(saidIn(request)), score: 11 }),
  unsure: (request) =>
    askedFor(request) ? JSON.stringify({ route: 'billing', confidence: 0.4, why: 'it could be either' }) : player(request),
  elsewhere: (request) =>
    askedFor(request)
      ? JSON.stringify(
          saidIn(request).includes('does not fit')
            ? { tasks: [{ worker: 'researcher', task: 'redis' }] }
            : { tasks: [{ worker: 'hacker', task: 'root' }] },
        )
      : player(request),
  // Fails for one section, the first time.
  stumbles: (request) => {
    if (!saidIn(request).includes('Its risks')) return player(request)
    stumbled++
    return stumbled <= 3 ? { error: { status: 400 } } : 'the risks'
  },
  'never-risks': (request) => (saidIn(request).includes('Its risks') ? { error: { status: 400 } } : player(request)),
  // Forgets a member of its answer the first time.
  careless: ({ messages }) => {
    const again = messages.some(({ role }) => role === 'tool')
    return { toolCalls: [{ name: 'finish', arguments: { city: 'x'.repeat(2_000), ...(again ? { people: 9 } : {}) } }] }
  },
  chats: () => 'no tool, '.repeat(100),
  // Nobody is answered before all have asked: fewer at once would wait for ever.
  'assembly-25': (request) => assembled(request, 25),
  'assembly-50': (request) => assembled(request, 50),
  spam: () => JSON.stringify({ why: 'it sells', vote: 'spam' }),
  fine: () => JSON.stringify({ why: 'it greets', vote: 'fine' }),
  abstains: () => JSON.stringify({ why: 'no idea', vote: 'abstain' }),
}
let stumbled = 0
async function assembled({ model }: ScriptedRequest, all: number): Promise<Reply> {
  await server.when(({ byModel }) => (byModel[model] ?? 0) >= all)
  return JSON.stringify({ why: 'it sells', vote: 'spam' })
}
let bench: CoreBench
let server: ScriptedServer

beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => models[request.model]!(request) })
  bench = await openBench(ownWorkflows, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

// These have something in the world to work on, and tests of their own.
const { testAndFix: _, retrieveAndRefine: _retrieve, lesson: _lesson, triage: _triage, findWork: _find, ...shipped } = declarations
type Name = keyof typeof shipped

/** The example of the catalogue, with other models and what else a test needs. */
function example(name: Name, model: string, more: object = {}): object {
  const { models: _models, judges: _judges, ...rest } = shipped[name].example as Record<string, unknown>
  return { ...rest, models: `openai/${model}`, ...more }
}
const run = async (name: Name, input: object) => (await (await bench.start(name, input)).result()) as Outcome<never>

const rubric = { short: 'At most eight words.' }
const goal = 'A subject line.'

test('what the judge objects to is what the writer reads next, and the next version is accepted', async () => {
  const outcome = await run('evaluatorOptimizer', { goal, rubric, models: 'openai/learns', judges: 'openai/strict' })
  expect(outcome).toMatchObject({ status: 'accepted', value: 'short and good', spent: { attempts: 2 } })
})

test.each([
  ['flatters', 'by words that do not stand there'],
  ['silent', 'said nothing about it'],
  ['off-scale', ''],
])('a judge that %s accepts nothing', async (judges, text) => {
  const outcome = await run('evaluatorOptimizer', {
    goal,
    rubric,
    models: 'openai/good',
    judges: `openai/${judges}`,
    limits: { attempts: 1 },
  })
  expect(outcome.status).toBe('stopped')
  expect(JSON.stringify(outcome)).toContain(text)
})

test('a draft is rewritten until the critic finds nothing weak', async () => {
  const outcome = await run('draftAndCritique', { goal, models: 'openai/learns', critics: 'openai/strict' })
  expect(outcome).toMatchObject({ status: 'accepted', value: 'short and good', spent: { attempts: 2 } })
})

test('a value that breaks a rule is made again with what is wrong', async () => {
  expect(await run('generateAndValidate', example('generateAndValidate', 'learns'))).toMatchObject({
    status: 'accepted',
    value: { count: 3 },
    spent: { attempts: 2 },
  })
})

test('a step of a chain that stays wrong stops the chain with its name', async () => {
  const steps = [{ name: 'note', prompt: 'Write: {previous}', rules: [{ name: 'impossible', minWords: 5_000 }] }]
  expect(await run('promptChain', { steps, models: 'openai/good' })).toMatchObject({
    status: 'stopped',
    why: expect.stringContaining('Step note'),
  })
})

test('rules pick a route before any model is asked, and what they do not hold for is classified', async () => {
  const { routes } = example('routing', 'unsure') as { routes: Record<string, object> }
  const [billing] = Object.keys(routes)
  const ruled = { ...routes, [billing!]: { ...routes[billing!], if: [{ name: 'invoice-number', matches: 'INV-\\d+' }] } }
  const asked = (input: string) => run('routing', { ...example('routing', 'unsure', { otherwise: 'technical' }), routes: ruled, input })
  expect(await asked('What of INV-17?')).toMatchObject({
    value: { route: billing, by: 'rule', confidence: 1 },
    why: `It took route ${billing}, chosen by rule: invoice-number`,
  })
  expect(await asked('What of the bill?')).toMatchObject({ value: { route: 'technical', by: 'default' } })
})

test('an unsure route is a default or a person, and neither can leave what was drawn', async () => {
  expect(await run('routing', example('routing', 'unsure', { otherwise: 'technical' }))).toMatchObject({
    value: { route: 'technical', by: 'default', confidence: 0.4 },
  })
  const started = await bench.start('routing', example('routing', 'unsure'))
  let gate: Gate | undefined
  while (!gate) [gate] = await started.query<Gate[]>('gates')
  const decide = (decision: object) => started.executeUpdate('decide', { args: [{ gate: gate!.gate, digest: gate!.digest, ...decision }] })
  for (const value of ['sales', 'constructor']) {
    expect(await decide({ answer: 'yes', value })).toMatchObject({ accepted: false, reason: expect.stringContaining('one of') })
  }
  await decide({ answer: 'yes', value: 'technical' })
  expect(await started.result()).toMatchObject({ status: 'accepted', value: { route: 'technical', by: 'person' } })
  const declined = await bench.start('routing', example('routing', 'unsure'))
  gate = undefined
  while (!gate) [gate] = await declined.query<Gate[]>('gates')
  await declined.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer: 'no', note: 'none fits' }] })
  expect(await declined.result()).toMatchObject({ status: 'stopped', reason: 'declined', why: expect.stringContaining('none fits') })
})

test.each([
  ['routing', { otherwise: 'constructor' }, 'none of the routes'],
  ['voting', { tie: 'maybe' }, 'none of the options'],
  ['voting', { against: 'maybe' }, 'none of the options'],
  ['voting', { quorum: 9 }, 'more than there are votes'],
  [
    'promptChain',
    {
      steps: [
        { name: 'a', prompt: 'x' },
        { name: 'a', prompt: 'y' },
      ],
    },
    'the same name',
  ],
  ['generateAndValidate', { schema: { type: 'nonsense' } }, 'no JSON Schema'],
  ['agentLoop', { answer: { $ref: '#/nowhere' } }, 'no JSON Schema'],
] as const)('%s with %j is refused before any model is asked', async (name, more, says) => {
  const before = server.counts.requests
  await expect(run(name, example(name, 'good', more))).rejects.toMatchObject({
    cause: { type: 'InvalidInput', message: expect.stringContaining(says) },
  })
  expect(server.counts.requests).toBe(before)
})

test('a section may be called like a member that every object has', async () => {
  const sections = { constructor: 'Its benefits: {previous}', toString: 'Its risks: {previous}' }
  expect(await run('sectioning', example('sectioning', 'good', { sections }))).toMatchObject({
    status: 'accepted',
    value: { sections: expect.objectContaining({ toString: expect.any(String) }) },
  })
})

test('a section that failed is done again, and one that fails for good is named instead of dropped', async () => {
  expect(await run('sectioning', example('sectioning', 'stumbles', { limits: { attempts: 6, stalls: 5 } }))).toMatchObject({
    status: 'accepted',
    value: { sections: { risks: 'the risks' } },
  })
  const outcome = await run('sectioning', example('sectioning', 'never-risks'))
  expect(outcome).toMatchObject({ status: 'stopped', best: { verdict: { objections: [{ id: 'risks' }] } } })
})

test('a plan for a worker that nobody declared is refused and made again', async () => {
  expect(await run('orchestratorWorkers', example('orchestratorWorkers', 'elsewhere'))).toMatchObject({
    status: 'accepted',
    value: { tasks: [{ worker: 'researcher' }] },
  })
})

test('a plan is done step by step, and what every step brought stands in it', async () => {
  expect(await run('planAndExecute', example('planAndExecute', 'good'))).toMatchObject({
    status: 'accepted',
    value: { done: [{ step: 'look', result: 'some words' }, { step: 'compare' }], left: [], answer: 'the second one' },
    spent: { attempts: 3 },
  })
})

test('an agent gives an answer of the wanted shape: one that does not fit is refused in words, and a judge may still object', async () => {
  const answer = { type: 'object', properties: { city: { type: 'string' }, people: { type: 'integer' } }, required: ['city', 'people'] }
  expect(await run('agentLoop', { goal: 'Name a city.', models: 'openai/careless', answer })).toMatchObject({
    status: 'accepted',
    value: { city: 'x'.repeat(2_000), people: 9 },
    spent: { attempts: 1 },
  })
  const rubric = { short: 'At most eight words.' }
  expect(
    await run('agentLoop', { goal: 'Name a city.', models: 'openai/good', judges: 'openai/flatters', rubric, limits: { attempts: 1 } }),
  ).toMatchObject({ status: 'stopped', reason: 'attempts' })
  expect(await run('agentLoop', { goal: 'Chat.', models: 'openai/chats' })).toMatchObject({ value: { answer: 'no tool, '.repeat(100) } })
})

test.each([
  [['spam'], {}, { status: 'accepted', value: { winner: 'spam', votes: { length: 3 } } }],
  [['spam', 'fine'], { votes: 4, limits: { concurrency: 4 } }, { status: 'stopped', reason: 'blocked' }],
  [['spam', 'fine'], { votes: 4, tie: 'fine', limits: { concurrency: 4 } }, { status: 'accepted', value: { winner: 'fine' } }],
  [['spam', 'spam', 'fine'], { rule: 'unanimous', limits: { concurrency: 3 }, votes: 3 }, { status: 'stopped', reason: 'blocked' }],
  [['spam', 'spam', 'fine'], { rule: 'threshold', votes: 3, limits: { concurrency: 3 } }, { value: { winner: 'spam' } }],
  [['spam', 'spam', 'fine'], { rule: 'veto', votes: 3, limits: { concurrency: 3 } }, { value: { winner: 'fine' } }],
  [['abstains'], {}, { status: 'stopped', reason: 'blocked', why: expect.stringContaining('abstained') }],
])('votes of %j with %j end as they should', async (voters, more, expected) => {
  const input = { ...example('voting', 'x', { limits: { concurrency: 3 }, ...more }), models: voters.map((voter) => `openai/${voter}`) }
  const outcome = await run('voting', input)
  expect(outcome).toMatchObject(expected)
})

test('50 votes are asked for all at once, and each adds the same to the history', async () => {
  const sizes = []
  for (const votes of [25, 50]) {
    const input = { ...example('voting', `assembly-${votes}`, { votes, limits: { concurrency: votes } }) }
    const handle = await bench.start('voting', input)
    expect(await handle.result()).toMatchObject({ status: 'accepted', value: { winner: 'spam', tally: { spam: votes } } })
    const { historyLength, historySize } = await handle.describe()
    sizes.push({ events: historyLength, bytes: historySize ?? Infinity })
  }
  const [some, all] = sizes as [(typeof sizes)[0], (typeof sizes)[0]]
  const added = { events: (all.events - some.events) / 25, bytes: (all.bytes - some.bytes) / 25 }
  expect(added.events).toBeLessThanOrEqual(4)
  expect(added.bytes).toBeLessThanOrEqual(2_500)
})

test('findWork names the variable that is missing where the worker has no folder of tickets', async () => {
  const handle = await bench.start('findWork', { input: { models: 'openai/good' } })
  const failed = await handle.result().catch((error: unknown) => error)
  expect(failed).toMatchObject({
    cause: { type: 'UnknownTool', details: [{ effect: 'no', next: expect.stringContaining('LOOPWRIGHT_TICKETS=FOLDER') }] },
  })
})
