import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'
import { repairFolder } from '../activities/repair/repair.ts'
import { createRepairTool } from '../activities/repair/tool.ts'
import { traceTests } from '../activities/repair/trace.ts'
import { type RunTests } from '../activities/repair/result.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { runTestCommand } from '../activities/tests/run.ts'

const fixtures = fileURLToPath(new URL('fixtures/repair/', import.meta.url))
const nodeModules = fileURLToPath(new URL('../node_modules', import.meta.url))
const made: string[] = []
const sandbox = await openSandbox()

/** The packages are those of the folders above the programs. */
const dependencies = { source: join(fixtures, 'program'), paths: [] }
const runTests: RunTests = (call) => runTestCommand({ ...call, sandbox, dependencies })

afterEach(async () => {
  await Promise.all(made.splice(0).map((path) => rm(path, { recursive: true, force: true })))
})

async function emptyFolder(): Promise<string> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-repaired-')))
  made.push(base)
  await symlink(nodeModules, join(base, 'node_modules'))
  await mkdir(join(base, 'project'))
  return join(base, 'project')
}

async function program(name: string): Promise<string> {
  const folder = await emptyFolder()
  await cp(join(fixtures, name), folder, { recursive: true, filter: (path) => !path.endsWith('__pycache__') })
  return folder
}

async function project(files: Record<string, string>): Promise<string> {
  const folder = await emptyFolder()
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(await Promise.all(paths.sort().map(async (path) => [path, await readFile(path, 'utf8')] as const)))
}

const nodeTest = `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\n`

describe('one edit', () => {
  test('a JavaScript program is repaired through its npm script', async () => {
    const folder = await program('js-stock')
    const told: number[] = []
    const result = await repairFolder({
      folder,
      argv: ['npm', 'test'],
      runTests,
      onProgress: ({ tried }) => told.push(tried),
    })
    expect(result).toMatchObject({
      found: 'all',
      edits: [{ file: 'src/move.js', line: 4, before: 'count, article', after: 'article, count', operator: 'swapped arguments' }],
      failingBefore: ['test/move.test.js > some are moved', 'test/move.test.js > all are moved'],
      failingAfter: [],
    })
    expect(result.text).toMatch(
      /^Changed src\/move\.js:4 `count, article` to `article, count` \(swapped arguments\): all 2 failing tests pass now; \d+ candidates tried in/,
    )
    expect(told).toEqual(Array.from({ length: result.candidatesTried }, (_, index) => index + 1))
    expect(await readFile(join(folder, 'src/move.js'), 'utf8')).toContain('to.add(article, count)')
  })

  test('a TypeScript program that jest transforms is repaired', async () => {
    const folder = await program('ts-roman')
    const result = await repairFolder({ folder, argv: ['npx', 'jest'], runTests })
    expect(result).toMatchObject({ found: 'all', edits: [{ file: 'src/roman.ts', line: 9, before: '<=', after: '<' }] })
  })

  test('a Python program is repaired through unittest', async () => {
    const folder = await program('py-flatten')
    const result = await repairFolder({ folder, argv: ['python3', '-m', 'unittest'], runTests })
    expect(result).toMatchObject({ found: 'all', edits: [{ file: 'flatten.py', line: 6, before: 'append', after: 'extend' }] })
  })

  test('a loop that never ends is found and repaired', async () => {
    const folder = await program('js-digits')
    const result = await repairFolder({ folder, argv: ['node', '--test'], runTests })
    expect(result).toMatchObject({ found: 'all', edits: [{ file: 'src/digits.js', before: 'ceil', after: 'floor' }] })
  })

  test('the same folder gives the same result', async () => {
    const results = []
    for (let round = 0; round < 2; round += 1) {
      const folder = await program('js-cache')
      const { edits, candidatesTried, failingAfter } = await repairFolder({ folder, argv: ['node', '--test'], runTests })
      results.push({ edits, candidatesTried, failingAfter })
    }
    expect(results[1]).toEqual(results[0])
  })
})

test('of two faults one call mends one, and the next the other', async () => {
  const folder = await project({
    'area.js': 'export const area = (width, height) => width + height\n',
    'last.js': 'export const last = (list) => list[list.length]\n',
    'test/area.test.js': `${nodeTest}import { area } from '../area.js'\ntest('area', () => assert.equal(area(3, 5), 15))\ntest('none', () => assert.equal(area(0, 0), 0))\n`,
    'test/last.test.js': `${nodeTest}import { last } from '../last.js'\ntest('one', () => assert.equal(last([7]), 7))\ntest('two', () => assert.equal(last([7, 8]), 8))\n`,
  })
  const first = await repairFolder({ folder, argv: ['node', '--test'], runTests })
  expect(first).toMatchObject({ found: 'some', edits: [{}] })
  expect(first.failingAfter.length).toBeLessThan(first.failingBefore.length)
  const second = await repairFolder({ folder, argv: ['node', '--test'], runTests })
  expect(second).toMatchObject({ found: 'all', failingBefore: first.failingAfter, failingAfter: [] })
})

test('where no single edit mends all that fails for one reason, a second is made on top of the best', async () => {
  const folder = await project({
    'price.py': 'def price(count, each, discount):\n    total = count / each\n    return total + discount\n',
    'test_price.py': `import unittest
from price import price

class Price(unittest.TestCase):
    def test_nothing_off(self):
        self.assertEqual(price(2, 2, 0), 4)

    def test_one_off(self):
        self.assertEqual(price(3, 4, 1), 11)

    def test_two_off(self):
        self.assertEqual(price(5, 4, 2), 18)
`,
  })
  const result = await repairFolder({ folder, argv: ['python3', '-m', 'unittest'], candidates: 12, runTests })
  expect(result.found).toBe('all')
  expect(result.edits.map(({ line }) => line)).toEqual([2, 3])
  expect(await readFile(join(folder, 'price.py'), 'utf8')).toContain('return total - discount')
})

describe('an untouched folder', () => {
  test('is what remains when no single edit helps, tests and configuration included', async () => {
    const folder = await project({
      'sum.js': 'export const sum = (a, b) => a + b\n',
      'limits.config.js': 'export const most = 4\n',
      'test/sum.test.js': `${nodeTest}import { most } from '../limits.config.js'\nimport { sum } from '../sum.js'\ntest('right', () => assert.equal(sum(1, 2), 3))\ntest('wrong', () => assert.equal(sum(2, 2), most + 1))\n`,
    })
    const before = await contents(folder)
    const result = await repairFolder({ folder, argv: ['node', '--test'], runTests, candidates: 40 })
    expect(result).toMatchObject({ found: 'none', edits: [], failingAfter: ['test/sum.test.js > wrong'] })
    expect(result.text).toMatch(
      /^No single edit makes a failing test pass without breaking another: \d+ candidates tried .* Nothing was changed; 1 test still fails\.$/,
    )
    expect(await contents(folder)).toEqual(before)
  })

  test('is what remains when all tests pass', async () => {
    const folder = await project({ 'test/one.test.js': `${nodeTest}test('one', () => assert.equal(1, 1))\n` })
    const repair = createRepairTool()
    const answer = await repair(folder, { argv: ['node', '--test'], minutes: 1, runTests })
    expect(answer).toEqual({ text: 'No test fails: there is nothing to repair. Nothing was changed.' })
  })

  test('is what remains after the search was cancelled', async () => {
    const folder = await program('js-cache')
    const before = await contents(folder)
    const cancel = new AbortController()
    const repairing = repairFolder({
      folder,
      argv: ['node', '--test'],
      runTests,
      signal: cancel.signal,
      onProgress: () => cancel.abort(new Error('enough')),
    })
    await expect(repairing).rejects.toThrow('enough')
    expect(await contents(folder)).toEqual(before)
  })
})

describe('which lines a test executed is known', () => {
  const signal = new AbortController().signal
  const linesOf = async (name: string, argv: string[], title: string, file: string) => {
    const { tests } = await traceTests(runTests, { folder: await program(name), argv, minutes: 1, signal })
    const found = tests.find(({ titles }) => titles.join(' > ').endsWith(title))
    return { passed: found?.passed, lines: [...(found?.lines.get(file) ?? [])].sort((a, b) => a - b) }
  }

  test('with node --test', async () => {
    expect(await linesOf('js-median', ['node', '--test'], 'odd', 'src/median.js')).toEqual({ passed: true, lines: [2, 3, 4, 5] })
  })

  test('with jest and TypeScript', async () => {
    const { passed, lines } = await linesOf('ts-tree', ['npx', 'jest'], 'has levels', 'src/tree.ts')
    expect(passed).toBe(true)
    expect(lines).toContain(22)
    expect(lines).not.toContain(17)
  })

  test('with pytest', async () => {
    expect(await linesOf('py-leap', ['python3', '-m', 'pytest', '-q'], 'test_common_years', 'src/dates.py')).toEqual({
      passed: false,
      lines: [1, 2],
    })
  })

  test('with unittest', async () => {
    expect(await linesOf('py-account', ['python3', '-m', 'unittest'], 'test_too_much', 'bank/account.py')).toEqual({
      passed: true,
      lines: [4, 5, 6, 14, 15, 16, 21, 23, 24],
    })
  })

  test('after a recursion without end too', async () => {
    const folder = await project({
      'calls.py': 'def endless(x):\n    return endless(x)\n\n\ndef fine(x):\n    return x\n',
      'test_calls.py':
        'import unittest\n\nimport calls\n\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        calls.endless(1)\n\n    def test_b(self):\n        calls.fine(1)\n',
    })
    const { tests } = await traceTests(runTests, { folder, argv: ['python3', '-m', 'unittest'], minutes: 1, signal })
    expect(tests.map(({ titles, lines }) => [titles.at(-1), ...(lines.get('calls.py') ?? [])])).toEqual([
      ['test_a', 1, 2],
      ['test_b', 5, 6],
    ])
  })
})
