import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Outcome } from '../contract/outcome.ts'
import { type Patch } from '../contract/workspace.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, scriptOfToolCalls, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { saidIn } from './support/player.ts'
import { makeRepository } from './support/repository.ts'
import { criteria, edit, git, greenSum, read, receipt, reviewers, write } from './support/reviewed.ts'

const triple = edit('export const double', 'export const triple = (a) => a * 3\nexport const double')
const readme = write('README.md', 'add, double, triple\n')
const planned = write('PLAN.md', '- [x] triple\n- [ ] README\n')
const done = write('PLAN.md', '- [x] triple\n- [x] README\n')
/** Said in the first round, and nowhere in the files. */
const secret = 'the first round thinks of herons'

const models: Record<string, (request: ScriptedRequest) => Reply> = {
  ...reviewers,
  // One step of the plan a round: what it knows of the round before stands in the files.
  works: (request) => {
    const [plan] = request.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content))
    if (plan === undefined) return { text: secret, toolCalls: [read('PLAN.md'), read('NOTES.md')] }
    const first = [[triple, planned, write('NOTES.md', 'herons are not mentioned here\n')], receipt('says-so')]
    const second = [[readme, done], receipt()]
    return scriptOfToolCalls([[], ...(plan.includes('- [ ] README') ? second : first)])(request)
  },
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

const input = (panel: [string, string], more: object = {}) => ({
  repo: makeRepository(greenSum),
  test: 'node --test',
  objective: 'Numbers can be tripled.',
  criteria,
  models: 'openai/works',
  reviewers: panel.map((model) => `openai/${model}`),
  ...more,
})
const ralph = async (given: object, carried?: object) => (await (await bench.start('ralph', given, carried)).result()) as Outcome<Patch>
const asked = (model: string, since: number) => server.requests.filter((request) => request.model === model && request.count > since)

test('a round sees the files that the last one left, and nothing of its conversation', async () => {
  const since = server.counts.requests
  const given = input(['looks', 'yes'])
  const outcome = await ralph(given)
  expect(outcome).toMatchObject({
    status: 'accepted',
    value: { files: ['NOTES.md', 'PLAN.md', 'README.md', 'sum.js'] },
    spent: { attempts: 2 },
  })
  expect(git(given.repo, 'show', `${outcome.value!.branch}:PLAN.md`)).toBe('- [x] triple\n- [x] README')
  const begun = asked('works', since).filter(({ messages }) => messages.every(({ role }) => role !== 'assistant'))
  expect(begun.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
    ['system', 'user'],
    ['system', 'user'],
  ])
  // What the first round admits reaches the second; what it thought does not.
  expect(saidIn(begun[1]!)).toContain('criterion says-so')
  const second = asked('works', since).slice(asked('works', since).indexOf(begun[1]!))
  for (const { messages } of second) expect(messages.filter(({ content }) => content === secret).length).toBeLessThanOrEqual(1)
  expect(saidIn(begun[1]!)).not.toContain('herons')
  expect(JSON.stringify(second.at(-1)!.messages)).toContain('- [ ] README')
  // Nobody was asked to review what the round itself called unfinished.
  expect(asked('yes', since)).toHaveLength(1)
})

test('ralph ends alike when it continues as new after every second or third step', async () => {
  const outcomes = await Promise.all(
    // After every single step: the contract of loops.
    [undefined, 2, 3].map(async (seamEvery) => {
      const carried = seamEvery === undefined ? undefined : { seamEvery }
      const { status, value, spent } = await ralph(input(['looks', 'yes']), carried)
      return { status, tree: value?.tree, receipt: value?.receipt, attempts: spent.attempts, tokens: spent.tokens }
    }),
  )
  expect(outcomes[0]).toMatchObject({ status: 'accepted', attempts: 2 })
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
})

test.each<[string, [string, string], object]>([
  [
    'one of the two objects',
    ['yes', 'missing'],
    { reason: 'attempts', best: { verdict: { objections: [{ id: 'criterion triples' }, { id: 'criterion says-so' }] } } },
  ],
  [
    'one of the two can not be asked',
    ['yes', 'unreachable'],
    { reason: 'blocked', best: { verdict: { objections: [{ id: 'Reviewer 2' }] } } },
  ],
])('where %s, the draft is handed over with what is open, and never accepted', async (_, panel, expected) => {
  const outcome = await ralph(input(panel, { limits: { attempts: 2 } }))
  expect(outcome).toMatchObject({ status: 'stopped', ...expected, spent: { attempts: 2 } })
  expect(outcome.best).toMatchObject({
    attempt: 2,
    value: { files: ['NOTES.md', 'PLAN.md', 'README.md', 'sum.js'], diff: expect.anything() },
  })
  expect(outcome).not.toHaveProperty('value')
})

test.each([
  [{ reviewers: ['openai/yes'] }, 'both must approve'],
  [{ plan: '../PLAN.md' }, 'a file within the repository'],
  [{ notes: '/etc/notes' }, 'a file within the repository'],
])('ralph with %j is refused before any model is asked', async (more, says) => {
  const before = server.counts.requests
  await expect(ralph(input(['yes', 'yes'], more))).rejects.toMatchObject({
    cause: { type: 'InvalidInput', message: expect.stringContaining(says) },
  })
  expect(server.counts.requests).toBe(before)
})
