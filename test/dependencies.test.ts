import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { MockActivityEnvironment } from '@temporalio/testing'
import { createActivities } from '../activities/index.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { unconfined } from '../activities/sandbox/unconfined.ts'
import { testEnvironment } from '../activities/tests/environment.ts'
import { type TestReport } from '../contract/checks.ts'
import { newFolder, newRepository, newWorld, opened as openedAt, removeFolders, userGit, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)
const opened = await openSandbox({})
const sandboxes = [...(opened.level === 'none' ? [] : [opened]), unconfined('the test asks for it')]

/** The tests of a repository's commit, in a workspace. */
async function tested(source: string, sandbox: (typeof sandboxes)[number], command: string[]): Promise<TestReport> {
  const world = { ...newWorld(), sandbox, environment: process.env }
  const workspace = await openedAt(world, source)
  const { runTests } = createActivities(world)
  return new MockActivityEnvironment().run(runTests, { run: 'r', stage: 's', workspace, command, minutes: 2 }) as Promise<TestReport>
}

/** Whether a command succeeds at home. */
function green(source: string, command: string[]): boolean {
  const [program = '', ...words] = command
  try {
    execFileSync(program, words, { cwd: source, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const nodeTest = "const test = require('node:test'), assert = require('node:assert')\n"
const listing = (folder: string) => readdirSync(folder, { recursive: true }).map(String).toSorted()

describe.each(sandboxes.map((sandbox) => [sandbox.level, sandbox] as const))('at the level %s', (_level, sandbox) => {
  const verdicts = [
    [2, true],
    [3, false],
  ] as const

  test.each(verdicts)(
    'a repository with node_modules, whose package says %s, is green there and at home alike: %s',
    async (value, wanted) => {
      const source = newRepository({
        '.gitignore': 'node_modules\n',
        'package.json': JSON.stringify({ name: 'x', scripts: { test: 'checker && node --test' }, dependencies: { two: 'file:../two' } }),
        'a.test.js': `${nodeTest}test('two', () => assert.equal(require('two'), 2))\n`,
      })
      const packed = newRepository({
        'package.json': JSON.stringify({ name: 'two', version: '1.0.0', main: 'index.js', bin: { checker: 'bin.js' } }),
        'index.js': `module.exports = require('./value')\n`,
        'value.js': `module.exports = ${value}\n`,
        'bin.js': '#!/usr/bin/env node\nrequire("fs").accessSync("package.json")\n',
      })
      execFileSync('npm', ['install', '--install-links', '--no-audit', '--no-fund', '--no-package-lock', packed], {
        cwd: source,
        stdio: 'ignore',
      })
      userGit(source, 'checkout', '--', '.')
      const before = listing(source)
      expect(green(source, ['npm', 'test'])).toBe(wanted)
      const report = await tested(source, sandbox, ['npm', 'test'])
      expect([report.exitCode === 0, report.counts.passed, report.sandbox]).toEqual([wanted, wanted ? 1 : 0, sandbox.level])
      expect(listing(source)).toEqual(before)
    },
  )

  test.each(verdicts)('a repository with a .venv, whose package says %s, is green there and at home alike: %s', async (value, wanted) => {
    const source = newRepository({
      '.gitignore': '.venv\n',
      'own.py': 'ONE = 1\n',
      'test_a.py': `import unittest, two, own\nclass A(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(two.VALUE, 2 * own.ONE)\n`,
    })
    execFileSync('python3', ['-m', 'venv', '--without-pip', '.venv'], { cwd: source })
    const packages = join(
      source,
      execFileSync('sh', ['-c', 'echo .venv/lib/python3*/site-packages'], { cwd: source, encoding: 'utf8' }).trim(),
    )
    writeFiles(packages, { 'two.py': `VALUE = ${value}\n`, 'here.pth': `${source}\n` })
    // As pip makes them: the shebang is an absolute path.
    writeFiles(source, {
      '.venv/bin/check': `#!${source}/.venv/bin/python\nimport two, own, unittest\nunittest.main('test_a', argv=['check'])\n`,
    })
    execFileSync('chmod', ['+x', '.venv/bin/check'], { cwd: source })
    const before = listing(join(source, '.venv'))
    for (const command of [['.venv/bin/python', '-m', 'unittest'], ['.venv/bin/check']]) {
      expect(green(source, command)).toBe(wanted)
      expect((await tested(source, sandbox, command)).exitCode === 0).toBe(wanted)
    }
    expect(listing(join(source, '.venv')).filter((path) => !path.includes('__pycache__'))).toEqual(before)
  })

  test('packages of a monorepo are those of the workspace', async () => {
    const source = newRepository({
      '.gitignore': 'node_modules\n',
      'packages/a/index.js': 'module.exports = require("m") + 1\n',
      'packages/b/b.test.js': `${nodeTest}test('a', () => { assert.equal(require('@s/a'), 2) })\n`,
    })
    writeFiles(source, { 'node_modules/m/index.js': 'module.exports = 1\n', 'packages/b/node_modules/n/index.js': '' })
    mkdirSync(join(source, 'node_modules/@s'))
    symlinkSync('../../packages/a', join(source, 'node_modules/@s/a'))
    expect((await tested(source, sandbox, ['node', '--test', 'packages/b/b.test.js'])).counts).toMatchObject({ passed: 1, failed: 0 })
  })
})

test.each(sandboxes.map((sandbox) => [sandbox.level, sandbox] as const))(
  'what is built goes into a target of the checkout, and what is vendored is the source’s, at the level %s',
  async (_level, sandbox) => {
    const check = `const fs = require('node:fs')
const { test } = require('node:test')
test('builds', () => { fs.mkdirSync('target'); fs.writeFileSync('target/built', fs.readFileSync('vendor/a')) })\n`
    const source = newRepository({ '.gitignore': 'target\nvendor\n', 'a.test.js': check })
    writeFiles(source, { 'target/old': 'old', 'vendor/a': 'a' })
    const report = await tested(source, sandbox, ['node', '--test'])
    expect([report.failed, report.counts.passed]).toEqual([[], 1])
    expect(readdirSync(join(source, 'target'))).toEqual(['old'])
  },
)

const confined = opened.level === 'none' ? test.skip : test

confined('the toolchains of rustup, which the empty home folder lacks, can be read and not written', async () => {
  const home = realpathSync(mkdtempSync('/var/tmp/loopwright-rustup-'))
  mkdirSync(join(home, '.rustup/toolchains'), { recursive: true })
  const environment = testEnvironment({ PATH: process.env['PATH'], HOME: home })
  expect(environment['RUSTUP_HOME']).toBe(join(home, '.rustup'))
  expect(testEnvironment({ PATH: '', HOME: '/nowhere' })['RUSTUP_HOME']).toBeUndefined()
  const script = 'ls "$RUSTUP_HOME"; touch "$RUSTUP_HOME/x"'
  const { output } = await opened.run(['sh', '-c', script], { folder: newFolder(), environment, timeoutMilliseconds: 20_000 })
  expect(output.toString()).toMatch(/^toolchains\n.*Read-only file system/)
  rmSync(home, { recursive: true })
})

confined('tools may keep caches in node_modules, and nothing of that reaches the source', async () => {
  const source = newRepository({
    '.gitignore': 'node_modules\nvendor\n',
    'a.test.js': `${nodeTest}const fs = require('node:fs')
test('caches', () => {
  for (const name of ['.cache/tool', '.vite/vitest', '.vite-temp']) { fs.mkdirSync('node_modules/' + name, { recursive: true }); fs.writeFileSync('node_modules/' + name + '/x', 'x') }
  assert.throws(() => fs.writeFileSync('node_modules/m/index.js', 'changed'), { code: 'EROFS' })
  assert.throws(() => fs.writeFileSync('node_modules/m/new.js', 'new'), { code: 'EROFS' })
  assert.throws(() => fs.writeFileSync('vendor/a', 'changed'), { code: 'EROFS' })
})\n`,
  })
  writeFiles(source, { 'node_modules/m/index.js': 'm', 'node_modules/.cache/old': 'old' })
  writeFiles(source, { 'vendor/a': 'a' })
  const before = listing(source)
  expect((await tested(source, opened, ['node', '--test'])).failed).toEqual([])
  expect(listing(source)).toEqual(before)
  expect(readFileSync(join(source, 'node_modules/m/index.js'), 'utf8')).toBe('m')
})

confined('babel and jest, as a project has them, run from a node_modules that cannot be written', async () => {
  const source = newRepository({
    '.gitignore': 'node_modules\n',
    'package.json': JSON.stringify({ scripts: { test: 'jest' }, jest: { cacheDirectory: 'node_modules/.cache/jest' } }),
    'a.test.js': "test('adds', () => expect(1 + 1).toBe(2))\n",
  })
  mkdirSync(join(source, 'node_modules'))
  for (const name of readdirSync(resolve('node_modules'))) symlinkSync(resolve('node_modules', name), join(source, 'node_modules', name))
  const report = await tested(source, opened, ['npm', 'test'])
  expect(report).toMatchObject({ exitCode: 0, format: 'jest', counts: { passed: 1 } })
  expect(existsSync(join(source, 'node_modules/.cache/jest'))).toBe(false)
})
