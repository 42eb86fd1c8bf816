import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type Patch } from '../contract/workspace.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, scriptOfToolCalls, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

let bench: CoreBench
let server: ScriptedServer
/** Each model of the scripted server is one behaviour. */
const behaviours: Record<string, (request: ScriptedRequest) => Reply> = {
  fixer: scriptOfToolCalls([
    { name: 'read', arguments: { path: 'sum.js' } },
    [
      { name: 'edit', arguments: { path: 'sum.js', search: 'a - b', replace: 'a + b' } },
      { name: 'edit', arguments: { path: 'sum.js', search: 'a * 3', replace: 'a * 2' } },
    ],
    { name: 'tests', arguments: {} },
    { name: 'finish', arguments: { answer: 'Both functions are right now.' } },
  ]),
  halves: ({ messages }) => {
    const seen = JSON.stringify(messages)
    if (!seen.includes('a + b')) return { toolCalls: [{ name: 'edit', arguments: { path: 'sum.js', search: 'a - b', replace: 'a + b' } }] }
    const told = messages.some(
      ({ role, content }) => role === 'user' && String(content).includes('rejected') && String(content).includes('doubles'),
    )
    if (told && !seen.includes('a * 2'))
      return { toolCalls: [{ name: 'edit', arguments: { path: 'sum.js', search: 'a * 3', replace: 'a * 2' } }] }
    return { toolCalls: [{ name: 'finish', arguments: { answer: 'done' } }] }
  },
  spends: (request) => {
    const told = request.messages.some(({ role, content }) => role === 'user' && String(content).includes('rejected'))
    if (told) return { toolCalls: [{ name: 'list', arguments: {} }], usage: { input: 59_000, output: 1 } }
    return behaviours['halves']!(request)
  },
  resumes: (request) => {
    const told = request.messages.filter(({ role, content }) => role === 'user' && String(content).includes('rejected')).length
    if (told < 2) return behaviours['spends']!(request)
    return JSON.stringify(request.messages).includes('a * 2') ? behaviours['idle']!(request) : behaviours['doubles']!(request)
  },
  doubles: () => ({ toolCalls: [{ name: 'edit', arguments: { path: 'sum.js', search: 'a * 3', replace: 'a * 2' } }] }),
  idle: () => 'It is all fine already.',
}

beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => behaviours[request.model]?.(request) ?? { error: { status: 404 } } })
  bench = await openBench(ownWorkflows, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

const fix = async (repo: string, input: object): Promise<Outcome<Patch>> => {
  const run = await bench.start('testAndFix', { repo, test: 'npm test', ...input })
  return (await run.result()) as Outcome<Patch>
}
const git = (repo: string, ...args: string[]) => execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8' }).trim()

test('a repository with failing tests ends accepted, as a branch that its tests pass on, and its own tree is untouched', async () => {
  const repo = makeRepository(brokenSum)
  const outcome = await fix(repo, { models: 'openai/fixer' })
  expect(outcome).toMatchObject({ status: 'accepted', value: { files: ['sum.js'], added: 2, removed: 2 }, spent: { attempts: 1 } })
  const branch = outcome.value!.branch!
  expect(git(repo, 'show', `${branch}:sum.js`)).toBe('export const add = (a, b) => a + b\nexport const double = (a) => a * 2')
  expect(readFileSync(join(repo, 'sum.js'), 'utf8')).toBe(brokenSum['sum.js'])
  expect(git(repo, 'status', '--porcelain')).toBe('')
  expect(git(repo, 'branch', '--show-current')).toBe('main')
  // Two edits, one commit, of the very tree that was accepted.
  expect(git(repo, 'rev-list', '--count', `main..${branch}`)).toBe('1')
  expect(git(repo, 'rev-parse', `${branch}^{tree}`)).toBe(outcome.value!.tree)
  const run = branch.replace('loopwright/', '')
  expect(git(repo, 'show', '-s', '--format=%B', branch)).toBe(
    `Make the failing tests pass without changing the tests\n\nAttempt 1 was accepted.\nTests: npm test (3 passed, 0 failed)\n\nLoopwright-Run: ${run}\nLoopwright-Commit: ${outcome.value!.commit}`,
  )
})

test('what the verifier objects to reaches the next attempt, which goes on where the last one stood', async () => {
  const outcome = await fix(makeRepository(brokenSum), { models: 'openai/halves' })
  expect(outcome).toMatchObject({ status: 'accepted', spent: { attempts: 2 } })
})

test('a model that says it is done while tests fail stops with no progress, and is never accepted', async () => {
  const outcome = await fix(makeRepository(brokenSum), { models: 'openai/idle' })
  expect(outcome).toMatchObject({ status: 'stopped', reason: 'stalls', spent: { attempts: 3 } })
})

test('when the first model brings no progress, another of the fallback tries twice more, from the best', async () => {
  const outcome = await fix(makeRepository(brokenSum), { models: 'openai/idle', fallback: ['openai/fixer', 'best'] })
  expect(outcome).toMatchObject({ status: 'accepted', fallback: 'models', spent: { attempts: 4 } })
  const idle = await fix(makeRepository(brokenSum), { models: 'openai/idle', fallback: [{ models: ['openai/idle'] }, 'best'] })
  expect(idle).toMatchObject({ status: 'stopped', reason: 'attempts', fallback: 'best', spent: { attempts: 5 } })
})

test('tests that are green already are accepted with zero attempts', async () => {
  const repo = makeRepository({ ...brokenSum, 'sum.js': 'export const add = (a, b) => a + b\nexport const double = (a) => a * 2\n' })
  const before = server.counts.requests
  expect(await fix(repo, { models: 'openai/fixer' })).toMatchObject({ status: 'accepted', spent: { attempts: 0, tokens: 0 } })
  expect(server.counts.requests).toBe(before)
})

test('testAndFix ends alike when it continues as new after every second or third step', async () => {
  const outcomes = []
  // After every single step: the contract of loops.
  for (const carried of [undefined, { seamEvery: 2 }, { seamEvery: 3 }]) {
    const run = await bench.start('testAndFix', { repo: makeRepository(brokenSum), test: 'npm test', models: 'openai/halves' }, carried)
    const { status, value, spent } = (await run.result()) as Outcome<Patch>
    outcomes.push({ status, tree: value?.tree, files: value?.files, attempts: spent.attempts, tokens: spent.tokens })
  }
  expect(outcomes[0]).toMatchObject({ status: 'accepted', attempts: 2 })
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
})

test('without a model, repair mends the tests', async () => {
  expect(await fix(makeRepository(brokenSum), {})).toMatchObject({ status: 'accepted', value: { files: ['sum.js'] } })
})

test('a person who takes the best attempt after the money ran out gets it as a branch', async () => {
  const input = {
    repo: makeRepository(brokenSum),
    test: 'npm test',
    models: 'openai/spends',
    fallback: ['human'],
    limits: { dollars: 'none', tokens: 60_000 },
  }
  const run = await bench.start('testAndFix', input)
  let gate: Gate | undefined
  while (!gate) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    ;[gate] = await run.query<Gate[]>('gates')
  }
  expect(gate.question).toMatch(/of 60000 tokens are left.*Take attempt 1/)
  await run.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer: 'yes', by: 'ada' }] })
  expect(await run.result()).toMatchObject({
    status: 'accepted',
    fallback: 'human',
    value: { branch: expect.stringContaining('loopwright/') },
  })
})

test('an attempt that money cut off leaves its conversation to the next one, once a person has extended the limit', async () => {
  const input = { repo: makeRepository(brokenSum), test: 'npm test', models: 'openai/resumes', fallback: ['human'] }
  const run = await bench.start('testAndFix', { ...input, limits: { dollars: 'none', tokens: 60_000 } })
  let gate: Gate | undefined
  while (!gate) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    ;[gate] = await run.query<Gate[]>('gates')
  }
  expect(await run.executeUpdate('extend', { args: [{ limits: { tokens: 1_000_000 } }] })).toEqual({ accepted: true })
  // The model mends the rest only when it reads both objections: that of the attempt that was cut off, and the last.
  expect(await run.result()).toMatchObject({ status: 'accepted', spent: { attempts: 3 } })
})
