import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MockActivityEnvironment } from '@temporalio/testing'
import { createActivities } from '../activities/index.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { unconfined } from '../activities/sandbox/unconfined.ts'
import { type World } from '../activities/world.ts'
import { type TestReport } from '../contract/checks.ts'
import { type SetUp, type WorkspaceAt } from '../contract/workspace.ts'
import { openBench, type CoreBench } from './support/core.ts'
import { brokenSum, makeRepository } from './support/repository.ts'
import { newFolder, newRepository, newWorld, opened as openedAt, removeFolders, userGit, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)
const opened = await openSandbox({})
const sandboxes = [...(opened.level === 'none' ? [] : [opened]), unconfined('the test asks for it')]
const npm = (folder: string, ...words: string[]) => execFileSync('npm', words, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })

/** A project whose lockfile names a package that lies in it as a tarball, so that no registry is asked. */
function project(): string {
  const packed = newFolder()
  writeFiles(packed, { 'package.json': '{ "name": "two", "version": "1.0.0" }', 'index.js': 'module.exports = 2\n' })
  npm(packed, 'pack', '--silent')
  const source = newRepository({
    '.gitignore': 'node_modules\n.venv\n',
    'package.json': '{ "name": "x", "scripts": { "test": "node --test" }, "dependencies": { "two": "file:two.tgz" } }',
    'a.test.js': `require('node:test')('two', () => require('node:assert').equal(require('two'), 2))\n`,
  })
  copyFileSync(join(packed, 'two-1.0.0.tgz'), join(source, 'two.tgz'))
  npm(source, 'install', '--package-lock-only', '--offline', '--no-audit', '--no-fund')
  return commit(source)
}

function commit(source: string): string {
  userGit(source, 'add', '--all')
  userGit(source, 'commit', '--quiet', '--allow-empty', '-m', 'next')
  return source
}

const setUp = (world: World, workspace: WorkspaceAt) =>
  new MockActivityEnvironment().run(createActivities(world).setUp, { run: 'r', stage: 'setup', workspace, minutes: 2 }) as Promise<SetUp>
const tested = (world: World, workspace: WorkspaceAt, command: string[]) =>
  new MockActivityEnvironment().run(createActivities(world).runTests, {
    ...{ run: 'r', stage: 's', workspace, command, minutes: 2 },
  }) as Promise<TestReport>

describe.each(sandboxes.map((sandbox) => [sandbox.level, sandbox] as const))('at the level %s', (_level, sandbox) => {
  test('dependencies are installed once per lockfile, and tests are green with them and red without', async () => {
    const world = { ...newWorld(), sandbox, environment: process.env }
    const source = project()
    const plain = await openedAt(world, source)
    const workspace = { ...plain, setup: ['npm', 'ci', '--no-audit', '--no-fund'] }
    expect((await tested(world, plain, ['npm', 'test'])).exitCode).toBe(1)
    expect(await setUp(world, workspace)).toEqual({ folders: ['node_modules'], ran: true })
    expect(await setUp(world, workspace)).toEqual({ folders: ['node_modules'], ran: false })
    const [key = ''] = readdirSync(join(world.stateFolder, 'dependencies'))
    expect(readdirSync(join(world.stateFolder, 'dependencies', key, 'used'))).toEqual([workspace.key])
    expect(await tested(world, workspace, ['npm', 'test'])).toMatchObject({ exitCode: 0, counts: { passed: 1 } })
    expect(existsSync(join(source, 'node_modules'))).toBe(false)
    // A machine that lacks them installs them by itself.
    rmSync(join(world.stateFolder, 'dependencies'), { recursive: true })
    expect((await tested(world, workspace, ['npm', 'test'])).exitCode).toBe(0)
    const lock = readFileSync(join(source, 'package-lock.json'), 'utf8')
    for (const [file, text, ran] of [
      ['a.txt', 'a', false],
      ['package-lock.json', `${lock}\n`, true],
    ] as const) {
      writeFiles(source, { [file]: text })
      const next = await openedAt(world, commit(source), `run-${file}`)
      expect([file, await setUp(world, { ...next, setup: workspace.setup })]).toMatchObject([file, { ran }])
    }
    expect(readdirSync(join(world.stateFolder, 'dependencies'))).toHaveLength(2)
  })

  test('a virtual environment that setup makes works, although it names its own place', async () => {
    const world = { ...newWorld(), sandbox, environment: process.env }
    const python = newRepository({
      '.gitignore': '.venv\n',
      'test_a.py': 'import sys, unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertIn(".venv", sys.prefix)\n',
    })
    const workspace = { ...(await openedAt(world, python)), setup: ['python3', '-m', 'venv', '--without-pip', '.venv'] }
    expect((await tested(world, workspace, ['.venv/bin/python', '-m', 'unittest'])).exitCode).toBe(0)
  })

  test('a setup that fails is a sentence with its last lines, and is tried anew', async () => {
    const world = { ...newWorld(), sandbox, environment: process.env }
    const plain = await openedAt(world, newRepository())
    const said = { 'node -e process.exit(3)': 'ended with exit code 3', 'no-such-program': 'was not found', true: 'made no node_modules' }
    for (const [command, what] of Object.entries(said)) {
      const refused = { type: 'CommandRefused', message: expect.stringContaining(`${command}\` ${what}`), details: [{ effect: 'no' }] }
      for (let times = 0; times < 2; times += 1)
        await expect(setUp(world, { ...plain, setup: command.split(' ') })).rejects.toMatchObject(refused)
    }
  })
})

describe('a run', () => {
  let bench: CoreBench
  beforeAll(async () => {
    bench = await openBench(fileURLToPath(new URL('../workflows/index.ts', import.meta.url)))
  })
  afterAll(() => bench.close())

  test('shows the setup as a step of its own, and is refused in words where it fails', async () => {
    const input = { repo: makeRepository(brokenSum), test: 'npm test' }
    const run = await bench.start('testAndFix', { ...input, setup: 'mkdir node_modules' })
    expect(await run.result()).toMatchObject({ status: 'accepted' })
    const scheduled = (await run.fetchHistory()).events?.map((event) => event.activityTaskScheduledEventAttributes?.activityId)
    expect(scheduled?.filter(Boolean).slice(1, 3)).toEqual(['workspace#1', 'setup#1'])
    const refused = await bench.start('testAndFix', { ...input, setup: 'rmdir node_modules' })
    await expect(refused.result()).rejects.toMatchObject({
      cause: { type: 'CommandRefused', message: expect.stringMatching(/`rmdir node_modules` ended with exit code 1\..*\n.*No such file/) },
    })
  })
})
