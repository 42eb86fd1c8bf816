import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { MockActivityEnvironment } from '@temporalio/testing'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestCall, type TestReport } from '../contract/checks.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { verdictOf } from '../contract/tests-verdict.ts'
import { inRepository, type Repository } from './fixtures/tests/repository.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

// What outlives a run of the tests here is a file outside, which a sandbox would hide.
process.env['LOOPWRIGHT_SANDBOX'] = 'none'
const outside = mkdtempSync(join(tmpdir(), 'flaky-'))
let bench: CoreBench
beforeAll(async () => {
  bench = await openBench(ownWorkflows, { LOOPWRIGHT_SANDBOX: 'none' })
})
afterAll(async () => {
  await bench.close()
  rmSync(outside, { recursive: true })
})

/** How the runs to come end for the test that wobbles: 1 passes, 0 fails. */
const wobble = (runs: string) => writeFileSync(join(outside, 'runs'), runs)

const wobbling = `const { readFileSync, writeFileSync } = require('node:fs')
const runs = readFileSync('${outside}/runs', 'utf8')
writeFileSync('${outside}/runs', runs.slice(1))
require('node:test')('wobbles', () => { if (runs[0] !== '1') throw new Error('not this time') })
`
const files = {
  'package.json': '{ "scripts": { "test": "node --test" } }',
  'add.js': 'exports.add = (a, b) => a - b\n',
  'add.test.js': "require('node:test')('adds', () => require('node:assert').equal(require('./add.js').add(1, 2), 3))\n",
  'wobble.test.js': wobbling,
}
const mended = { 'add.js': 'exports.add = (a, b) => a + b\n' }
const unmended = { 'add.js': 'exports.add = (a, b) => a * b\n' }
const wobbles = 'wobble.test.js > wobbles'

function runTests(repository: Repository, workspace: WorkspaceAt, more: Partial<TestCall> = {}): Promise<TestReport> {
  const call = { run: 'run', stage: 'tests#1', workspace, command: ['npm', 'test'], minutes: 2, reruns: 1, ...more }
  return new MockActivityEnvironment().run(repository.runTests, call)
}

/** What is said of the base whose runs end as the first text says, and then of a change whose runs end as the second says. */
async function verdicts(before: string, after: string, change: Record<string, string>, reruns = 1) {
  return inRepository(async (repository) => {
    wobble(before)
    const base = await runTests(repository, await repository.commit(files), { reruns })
    wobble(after)
    const report = await runTests(repository, await repository.commit(change), { baseline: base.report, reruns })
    return { base, report, verdict: verdictOf(report, { tree: 'tree' }, {}), baseVerdict: verdictOf(base, { tree: 'tree' }, {}) }
  })
}

test('a test that passed and failed at the base is flaky, and does not count as wrong', async () => {
  const { base, baseVerdict } = await verdicts('01', '1', unmended)
  expect(base).toMatchObject({ flaky: [wobbles], runs: 2, failed: [{ name: 'add.test.js > adds' }] })
  expect(baseVerdict).toMatchObject({ score: -1, objections: [{ id: 'add.test.js > adds' }] })
})

test('a test that was flaky at the base is not held against a change if it passes once', async () => {
  const { report, verdict } = await verdicts('01', '01', mended)
  expect(report).toMatchObject({ flaky: [wobbles], runs: 2, failed: [], exitCode: 0 })
  expect(verdict).toMatchObject({ accepted: true, note: expect.stringContaining(wobbles) })
})

test('a test that was flaky at the base and never passes after the change objects', async () => {
  const { verdict } = await verdicts('01', '00', mended)
  expect(verdict).toMatchObject({ accepted: false, objections: [{ id: wobbles }] })
})

test.each(['0', '1'])('a test that was flaky at the base is no progress whether it passes or not: %s', async (runs) => {
  const { verdict, report } = await verdicts('01', runs, unmended)
  expect(report.runs).toBe(1)
  expect(verdict).toMatchObject({ score: -1, objections: [{ id: 'add.test.js > adds' }] })
})

test('a test that fails once is enough to reject where it always passed before', async () => {
  const { verdict, report } = await verdicts('11', '01', mended)
  expect(report.runs).toBe(2)
  expect(verdict).toMatchObject({
    accepted: false,
    objections: [{ id: wobbles, text: expect.stringContaining('passed 1 of 2 times') }],
  })
})

test('a change is not accepted because a test that always failed happened to pass once', async () => {
  const lucky = await verdicts('00', '10', mended)
  expect(lucky.verdict).toMatchObject({ accepted: false, objections: [{ id: wobbles, text: expect.stringContaining('Flaky') }] })
  expect((await verdicts('00', '11', mended)).verdict).toMatchObject({ accepted: true, objections: [] })
})

/** TAP of a test that wobbles; `runs` says how each run ends: 1 passes, 0 fails, 2 passes and yet ends with another exit code. */
const wobblingTap = `const { readFileSync, writeFileSync } = require('node:fs')
const runs = readFileSync('${outside}/runs', 'utf8')
writeFileSync('${outside}/runs', runs.slice(1))
const good = require('./add.js').add(1, 2) === 3
console.log(['TAP version 13', '1..2', (good ? '' : 'not ') + 'ok 1 - adds', (runs[0] === '0' ? 'not ' : '') + 'ok 2 - wobbles'].join('\\n'))
process.exitCode = good && runs[0] === '1' ? 0 : 1
`

test.each([
  ['01', true],
  ['02', false],
])('a flaky test of a report that could be forged excuses no exit code: %s', async (runs, accepted) => {
  await inRepository(async (repository) => {
    wobble('01')
    const command = ['node', 'check.js']
    const base = await runTests(repository, await repository.commit({ ...files, 'check.js': wobblingTap }), { command })
    wobble(runs)
    const report = await runTests(repository, await repository.commit(mended), { command, baseline: base.report })
    expect([base.flaky, report.flaky, report.runs, report.format]).toEqual([['wobbles'], ['wobbles'], 2, 'tap'])
    expect(verdictOf(report, { tree: 'tree' }, {}).accepted).toBe(accepted)
  })
})

test('without re-runs one run decides, and a lucky one is taken', async () => {
  const { verdict, report } = await verdicts('0', '10', mended, 0)
  expect(report.runs).toBe(1)
  expect(verdict.accepted).toBe(true)
})

test('a run whose only failing test is flaky ends without a change and says so', async () => {
  wobble('01')
  const repo = makeRepository({ ...files, ...mended })
  const outcome = await (await bench.start('testAndFix', { repo, test: 'npm test' })).result()
  expect(outcome).toMatchObject({
    status: 'accepted',
    spent: { attempts: 0 },
    why: expect.stringContaining(`flaky (passed and failed on the same commit): ${wobbles}`),
  })
})
