import { expect, test } from '@jest/globals'
import { MockActivityEnvironment } from '@temporalio/testing'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { type TestCall, type TestReport } from '../contract/checks.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { gone, runs } from './fixtures/tests/gone.ts'
import { inRepository, type Repository } from './fixtures/tests/repository.ts'

const files = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  'add.js': 'export const add = (a, b) => a - b\n',
  'test/add.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { add } from '../add.js'
test('adds', () => assert.equal(add(1, 2), 3))
test('adds nothing', () => assert.equal(add(1, 0), 1))
`,
}
const repaired = { 'add.js': 'export const add = (a, b) => a + b\n' }

function call(workspace: WorkspaceAt, more: Partial<TestCall> = {}): TestCall {
  return { run: 'run', stage: 'verify#1', workspace, command: ['npm', 'test'], minutes: 1, ...more }
}

function runTests(repository: Repository, testCall: TestCall, environment = new MockActivityEnvironment()): Promise<TestReport> {
  return environment.run(repository.runTests, testCall)
}

test('a repaired commit differs from the baseline in nothing but its results', async () => {
  await inRepository(async (repository) => {
    const baseline = await runTests(repository, call(await repository.commit(files)))
    expect(baseline).toMatchObject({
      exitCode: 1,
      timedOut: false,
      format: 'node',
      counts: { passed: 1, failed: 1, skipped: 0, missing: 0, unskipped: 0 },
      failed: [{ name: 'test/add.test.js > adds', file: 'test/add.test.js', line: 4 }],
      missing: [],
      newlySkipped: [],
      protectedChanges: [],
      sandbox: expect.stringMatching(/^bubblewrap/),
    })
    const after = await runTests(repository, call(await repository.commit(repaired), { baseline: baseline.report }))
    expect(after).toMatchObject({
      exitCode: 0,
      counts: { passed: 2, failed: 0, skipped: 0, missing: 0, unskipped: 0 },
      failed: [],
      missing: [],
      newlySkipped: [],
      protectedChanges: [],
    })
    expect(JSON.parse(await repository.world.store.text(after.report.sha256))).toHaveLength(2)
    expect(await repository.world.store.text(after.output.sha256)).toContain('adds nothing')
  })
})

const cheats: [string, Record<string, string | null>, Partial<TestReport>][] = [
  [
    'deletes the failing test',
    { 'test/add.test.js': files['test/add.test.js'].replace(/^test\('adds',.*\n/m, '') },
    { missing: ['test/add.test.js > adds'] },
  ],
  ['deletes the test file', { 'test/add.test.js': null }, { missing: ['test/add.test.js > adds', 'test/add.test.js > adds nothing'] }],
  [
    'skips the failing test',
    { 'test/add.test.js': files['test/add.test.js'].replace("test('adds',", "test.skip('adds',") },
    { newlySkipped: ['test/add.test.js > adds'] },
  ],
  ['weakens the assertion', { 'test/add.test.js': files['test/add.test.js'].replace('add(1, 2), 3', 'add(1, 2), -1') }, {}],
  [
    'replaces the test script',
    { 'package.json': '{ "type": "module", "scripts": { "test": "echo passed" } }\n' },
    { missing: ['test/add.test.js > adds', 'test/add.test.js > adds nothing'] },
  ],
]

test.each(cheats)('a candidate that %s shows it', async (_what, change, expected) => {
  await inRepository(async (repository) => {
    const baseline = await runTests(repository, call(await repository.commit(files)))
    const changed = call(await repository.commit(change), { baseline: baseline.report })
    expect(await runTests(repository, { ...changed, allowTestChanges: true })).toMatchObject(expected)
    // Otherwise the tests run as they were, so that editing them is no progress.
    const report = await runTests(repository, changed)
    expect(report).toMatchObject({ failed: [{ name: 'test/add.test.js > adds' }], missing: [], newlySkipped: [] })
    expect(report.protectedChanges).toMatchObject([
      { path: Object.keys(change)[0], change: Object.values(change)[0] === null ? 'deleted' : 'changed' },
    ])
  })
})

test('a program that prints "passed" and leaves misses every test', async () => {
  await inRepository(async (repository) => {
    const baseline = await runTests(repository, call(await repository.commit(files)))
    const cheat = await repository.commit({ 'add.js': "console.log('# pass 2'); process.exit(0)\n" })
    const report = await runTests(repository, call(cheat, { baseline: baseline.report }))
    expect(report.missing).toEqual(['test/add.test.js > adds', 'test/add.test.js > adds nothing'])
    expect(report.counts).toMatchObject({ passed: 0, missing: 2 })
  })
})

test('a repository without tests has counts of zero', async () => {
  await inRepository(async (repository) => {
    const report = await runTests(repository, call(await repository.commit({ 'add.js': '' }), { command: ['node', '--test'] }))
    expect(report).toMatchObject({ format: 'node', counts: { passed: 0, failed: 0, skipped: 0, missing: 0, unskipped: 0 } })
  })
})

const pytest = spawnSync('python3', ['-c', 'import pytest']).status === 0
if (!pytest) console.warn('SKIPPED: python3 has no pytest here, so its missing folder is not refused in this test.')
const jestAt = ['node', resolve('node_modules/jest/bin/jest.js')]
const unrunnable: [string, string[], RegExp][] = [
  ['a program that is not there', ['no-such-program'], /`no-such-program` was not found/],
  ['a script whose program is not there', ['npm', 'test'], /no-such-program.*not found/],
  ['a script that is not there', ['npm', 'run', 'tset'], /no script tset/],
  ['a command that npm does not have', ['npm', 'tset'], /npm has no command tset/],
  ['a program that npx would have to load', ['npx', '--no', '--offline', 'no-such-program'], /npx|no-such-program/],
  ['a file that is not there', ['node', 'missing.js'], /no file missing.js/],
  ['a script whose file is not there', ['npm', 'run', 'missing'], /no file missing.js/],
  ['a file that python cannot open', ['python3', 'missing.py'], /no file missing.py/],
  ['a module that python does not have', ['python3', '-m', 'no_such_module'], /No module named no_such_module/],
  ...(pytest
    ? [['a folder that pytest cannot find', ['python3', '-m', 'pytest', 'missing'], /no missing/] as [string, string[], RegExp]]
    : []),
  ['a target that make has no rule for', ['make', 'missing'], /no rule for missing|no targets|`make` was not found/i],
  ['a configuration that jest cannot find', [...jestAt, '--config', 'missing.json'], /jest found no configuration at missing.json/],
  ['a folder that jest cannot find', [...jestAt, '--rootDir', '/missing'], /jest found no configuration at/],
  ['a test file that node cannot find', ['node', '--test', 'missing.js'], /no missing.js/],
  ['a file that the shell cannot open', ['sh', 'missing.sh'], /no file missing.sh/],
]

test.each(unrunnable)('%s is refused at the baseline with a sentence', async (_what, command, sentence) => {
  // A jest outside the repository is hidden by the sandbox.
  if (command[1] === jestAt[1]) process.env['LOOPWRIGHT_SANDBOX'] = 'none'
  await inRepository(async (repository) => {
    delete process.env['LOOPWRIGHT_SANDBOX']
    const scripts = { test: 'no-such-program --all', missing: 'node missing.js' }
    const workspace = await repository.commit({ 'package.json': JSON.stringify({ scripts }) })
    const refusal: unknown = await runTests(repository, call(workspace, { command })).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ApplicationFailure)
    expect(refusal).toMatchObject({
      type: 'CommandRefused',
      message: expect.stringMatching(sentence),
      details: [{ effect: 'no', run: 'run', stage: 'verify#1' }],
    })
  })
})

test('a module that a test cannot find is no reason to refuse its command', async () => {
  await inRepository(async (repository) => {
    const workspace = await repository.commit({ 'check.js': "require('./missing.js')\n" })
    expect(await runTests(repository, call(workspace, { command: ['node', 'check.js'] }))).toMatchObject({
      failed: [{ name: 'node check.js' }],
    })
  })
})

test('a candidate that deletes the program of the test command is rejected, not an error', async () => {
  await inRepository(async (repository) => {
    const command = ['./check.sh']
    const baseline = await runTests(
      repository,
      call(await repository.commit({ 'check.sh': '#!/bin/sh\nexit 1\n', 'a.txt': 'a' }), { command }),
    )
    const report = await runTests(
      repository,
      call(await repository.commit({ 'check.sh': null }), { command, baseline: baseline.report, allowTestChanges: true }),
    )
    expect(report).toMatchObject({
      exitCode: null,
      failed: [{ name: './check.sh' }],
      protectedChanges: [{ path: 'check.sh', change: 'deleted' }],
    })
  })
})

test('hundreds of long failures fit into a report of 12 KiB, and the artifact has them all', async () => {
  await inRepository(async (repository) => {
    const many =
      "for (let n = 0; n < 300; n += 1) require('node:test')('test ' + n + ' ü'.repeat(60), () => { throw new Error('é'.repeat(5000)) })\n"
    const report = await runTests(
      repository,
      call(await repository.commit({ 'test/many.test.cjs': many }), { command: ['node', '--test'] }),
    )
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(12 * 1024)
    expect(report.counts.failed).toBe(300)
    expect(report.failed.length).toBeGreaterThan(5)
    expect(report.failed.length).toBeLessThanOrEqual(50)
    expect(JSON.parse(await repository.world.store.text(report.report.sha256))).toHaveLength(300)
  })
})

test('heartbeats carry the tail, and cancelling the activity kills the command', async () => {
  await inRepository(async (repository) => {
    const workspace = await repository.commit({ 'check.sh': '#!/bin/sh\nsleep 300.0703 &\necho child\nwait\n' })
    const environment = new MockActivityEnvironment()
    let seen = false
    environment.on('heartbeat', (detail: { tail: string }) => {
      if (!detail.tail.includes('child')) return
      seen = runs('300.0703')
      environment.cancel('CANCELLED')
    })
    await expect(runTests(repository, call(workspace, { command: ['./check.sh'] }), environment)).rejects.toBeInstanceOf(CancelledFailure)
    expect(seen).toBe(true)
    expect(await gone('300.0703')).toBe(true)
  })
})
