import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { byStatus, inFolder, jest, runWith, runIn } from './fixtures/tests/folder.ts'
import { readdir } from 'node:fs/promises'

const nodeFiles = {
  'package.json':
    '{ "type": "module", "scripts": { "test": "node --test", "check": "npm run inner", "inner": "node --test --test-reporter=dot" } }',
  'test/a.test.js': `import { before, describe, it, test } from 'node:test'
import assert from 'node:assert'
describe('outer', () => {
  describe('inner', () => { it('works', () => {}); it('fails', () => assert.equal(1, 2)); it.skip('waits'); it.todo('comes') })
})
test('parent', async (t) => { await t.test('good', () => {}); await t.test('bad', () => { throw new Error('bad news') }) })
describe('hooked', () => { before(() => { throw new Error('no database') }); it('never runs', () => {}) })
test('twice', () => {})
test('twice', () => {})
`,
  'test/broken.test.js': "import './missing.js'\n",
  'test/plain.js': 'process.exitCode = 0\n',
}
const nodeNames = {
  passed: [
    'test/a.test.js > outer > inner > works',
    'test/a.test.js > parent > good',
    'test/a.test.js > twice',
    'test/a.test.js > twice #2',
    'test/plain.js',
  ],
  failed: [
    'test/a.test.js > outer > inner > fails',
    'test/a.test.js > parent > bad',
    'test/a.test.js > parent',
    'test/a.test.js > hooked > never runs',
    'test/a.test.js > hooked (hooks)',
    'test/broken.test.js',
  ],
  skipped: ['test/a.test.js > outer > inner > waits', 'test/a.test.js > outer > inner > comes'],
}

test.each([[['node', '--test']], [['npm', 'test']], [['npm', 'run', 'check']]])(
  '%j gives results per test of node --test',
  async (argv) => {
    const run = await runWith(nodeFiles, argv)
    expect(run).toMatchObject({ format: 'node', exitCode: 1, timedOut: false })
    expect(byStatus(run.checks)).toEqual(nodeNames)
    expect(run.checks.find(({ name }) => name.endsWith('inner > fails'))).toMatchObject({ file: 'test/a.test.js', line: 4 })
    expect(run.checks.find(({ name }) => name.endsWith('parent > bad'))?.message).toContain('bad news')
    expect(run.checks.find(({ name }) => name === 'test/broken.test.js')?.message).toContain('missing.js')
    if (argv[1] !== 'run') expect(run.tail).toContain('bad news')
  },
)

const jestFiles = {
  'package.json':
    '{ "scripts": { "test": "true && jest", "check": "npm run inner -- --ci", "inner": "jest --colors" }, "jest": { "rootDir": "." } }',
  'src/a.test.js': `describe('outer', () => {
  test('works', () => {})
  test('fails', () => { expect(1).toBe(2) })
  test.skip('waits', () => {})
  test.todo('comes')
  test.each([1, 1])('same', () => {})
})
`,
  'src/broken.test.js': "require('./missing.js')\n",
}

test.each([[jest], [['npm', 'test']], [['npm', 'run', 'check']], [['npx', 'jest', 'src']]])(
  '%j gives results per test of jest',
  async (argv) => {
    const run = await runWith(jestFiles, argv)
    expect(run).toMatchObject({ format: 'jest', exitCode: 1 })
    expect(byStatus(run.checks)).toEqual({
      passed: ['src/a.test.js > outer > works', 'src/a.test.js > outer > same', 'src/a.test.js > outer > same #2'],
      failed: ['src/a.test.js > outer > fails', 'src/broken.test.js'],
      skipped: ['src/a.test.js > outer > waits', 'src/a.test.js > outer > comes'],
    })
    const failed = run.checks.find(({ name }) => name.endsWith('fails'))
    expect(failed).toMatchObject({ line: 3, message: expect.stringContaining('Expected: 2') })
    expect(failed?.message).not.toContain('\u001b')
  },
)

const unittestFiles = {
  'test_a.py': `import unittest
class A(unittest.TestCase):
    def test_works(self):
        "What it says in words."
    def test_fails(self):
        self.assertEqual(1, 2)
    def test_parts(self):
        for n in range(3):
            with self.subTest(n=n): self.assertNotEqual(n, 1)
    @unittest.skip("later")
    def test_waits(self): pass
    @unittest.expectedFailure
    def test_known(self): self.fail()
    @unittest.expectedFailure
    def test_mended(self): pass
class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError("no database")
    def test_never_runs(self): pass
`,
  'test_broken.py': 'import missing\n',
}

test.each([[['python3', '-m', 'unittest']], [['python3', '-W', 'ignore', '-m', 'unittest', 'discover', '-q']]])(
  '%j gives results per test of unittest',
  async (argv) => {
    const run = await runWith(unittestFiles, argv)
    expect(run).toMatchObject({ format: 'unittest', exitCode: 1 })
    expect(byStatus(run.checks)).toEqual({
      passed: ['test_a.py > A > test_works'],
      failed: [
        'test_a.py > A > test_fails',
        'test_a.py > A > test_mended',
        'test_a.py > A > test_parts',
        'test_a.py > B setUpClass (hooks)',
        'test_broken.py',
      ],
      skipped: ['test_a.py > A > test_known', 'test_a.py > A > test_waits'],
    })
    expect(run.checks.find(({ name }) => name.endsWith('test_fails'))).toMatchObject({
      line: 6,
      message: expect.stringContaining('1 != 2'),
    })
    expect(run.checks.find(({ name }) => name === 'test_broken.py')?.message).toContain('missing')
  },
)

const pytestFiles = {
  'tests/test_a.py': `import pytest
class TestA:
    def test_works(self): pass
    @pytest.mark.parametrize("text", ["a::b", "c"])
    def test_each(self, text): assert text == "c"
def test_fails():
    assert 1 == 2
@pytest.fixture
def database(): raise OSError("no database")
def test_needs(database): pass
@pytest.fixture
def closing():
    yield
    raise OSError("not closed")
def test_closes(closing): pass
@pytest.mark.skip
def test_waits(): pass
@pytest.mark.xfail
def test_known(): assert False
`,
  'tests/test_broken.py': 'import missing\n',
  'package.json': '{ "scripts": { "test": "python3 -m pytest -q" } }',
}

const pytestMissing = spawnSync('python3', ['-c', 'import pytest']).status !== 0
if (pytestMissing) console.warn('SKIPPED: python3 has no pytest here, so its results are not tested.')
const testWithPytest = pytestMissing ? test.skip : test

testWithPytest.each([[['python3', '-m', 'pytest']], [['npm', 'test']]])('%j gives results per test of pytest', async (argv) => {
  await inFolder(pytestFiles, async (folder) => {
    const before = await readdir(folder)
    const run = await runIn(folder, argv)
    expect(run).toMatchObject({ format: 'pytest', exitCode: 1 })
    expect(byStatus(run.checks).failed).toContain('tests/test_broken.py')
    expect(byStatus(run.checks).passed).toContain('tests/test_a.py > TestA > test_works')
    expect(await readdir(folder)).toEqual(before)
  })
  const { 'tests/test_broken.py': _broken, ...files } = pytestFiles
  const run = await runWith(files, argv)
  expect(run).toMatchObject({ format: 'pytest', exitCode: 1 })
  expect(byStatus(run.checks)).toEqual({
    passed: ['tests/test_a.py > TestA > test_works', 'tests/test_a.py > TestA > test_each[c]'],
    failed: [
      'tests/test_a.py > TestA > test_each[a::b]',
      'tests/test_a.py > test_fails',
      'tests/test_a.py > test_needs',
      'tests/test_a.py > test_closes',
    ],
    skipped: ['tests/test_a.py > test_waits', 'tests/test_a.py > test_known'],
  })
  expect(run.checks.find(({ name }) => name.endsWith('test_fails'))).toMatchObject({
    line: 7,
    message: expect.stringContaining('assert 1 == 2'),
  })
})

test('a command of no known framework is one check by its exit code', async () => {
  const files = { 'good.sh': '#!/bin/sh\necho fine\n', 'bad.sh': '#!/bin/sh\necho broken >&2; exit 3\n' }
  expect(await runWith(files, ['./good.sh'])).toMatchObject({
    format: 'exit code',
    exitCode: 0,
    checks: [{ name: './good.sh', status: 'passed' }],
  })
  const bad = await runWith(files, ['./bad.sh', '--all'])
  expect(bad).toMatchObject({ format: 'exit code', exitCode: 3, tail: 'broken' })
  expect(bad.checks).toEqual([{ name: './bad.sh --all', status: 'failed', message: 'The command ended with exit code 3.\nbroken' }])
})

test.each([
  ['a shell decides whether it fails', 'jest || true'],
  ['its output is piped', 'node --test --test-reporter=dot | cat'],
  ['it runs two frameworks', 'node --test --test-reporter=dot && jest'],
  ['it sets the variable that the reporter needs', 'NODE_OPTIONS=--no-warnings node --test --test-reporter=dot'],
])('a script is judged by its exit code alone when %s', async (_why, script) => {
  const files = { ...nodeFiles, 'package.json': JSON.stringify({ type: 'module', scripts: { test: script } }) }
  expect((await runWith(files, ['npm', 'test'])).format).toBe('exit code')
})

const empty: [string[], Record<string, string>][] = [
  [['node', '--test'], { 'index.js': '' }],
  [jest, { 'package.json': '{}' }],
  [[...jest, '--passWithNoTests'], { 'package.json': '{}' }],
  [['python3', '-m', 'unittest'], { 'a.py': '' }],
  ...(pytestMissing ? [] : ([[['python3', '-m', 'pytest'], { 'a.py': '' }]] satisfies [string[], Record<string, string>][])),
]

test.each(empty)('%j without any test has no check at all', async (argv, files) => {
  const run = await runWith(files, argv)
  expect(run.checks).toEqual([])
  expect(run.format).not.toBe('exit code')
})

test('a failure besides the tests is a check of the command', async () => {
  const files = { 'package.json': '{}', 'a.js': 'module.exports = () => 1\n', 'a.test.js': "test('works', () => { require('./a.js') })\n" }
  const run = await runWith(files, [...jest, '--coverage', '--coverageReporters=text', '--coverageThreshold={"global":{"functions":100}}'])
  expect(run.exitCode).toBe(1)
  expect(byStatus(run.checks)).toMatchObject({ passed: ['a.test.js > works'], failed: [expect.stringContaining('node node_modules/jest')] })
})
