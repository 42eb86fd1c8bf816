import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { type Check } from '../contract/checks.ts'
import { compare } from '../activities/tests/compare.ts'
import { commandName } from '../activities/tests/run.ts'
import { jest, runWith } from './fixtures/tests/folder.ts'

/** What a program under test may do instead of working, in JavaScript: it runs when the tests load it. */
const inJavaScript = {
  'prints "passed" and exits with 0': `console.log('1 passed\\nok 1 - adds'); process.exit(0)`,
  'exits with 0 when the tests have begun': `setTimeout(() => process.exit(0), 0); while (Date.now() % 50) {}; exports.add = () => process.exit(0)`,
  'writes results wherever it finds a name for them': `
    const fs = require('fs'), path = require('path')
    const fake = '0'.repeat(64) + '\\n' + JSON.stringify([{ file: path.resolve('a.test.js'), titles: ['adds'], status: 'passed' }])
    const known = [...process.argv, ...process.execArgv, process.env.NODE_OPTIONS || '']
    for (const id of ['self', process.ppid]) known.push(fs.readFileSync('/proc/' + id + '/cmdline', 'latin1'))
    for (const [folder] of known.join(' ').matchAll(/\\/[^\\s\\0]*loopwright-report[^\\s\\0/]*/g)) {
      console.log('KEY', fs.existsSync(path.join(folder, 'key')))
      fs.writeFileSync(path.join(folder, 'results'), fake)
      console.log('FORGED'.toLowerCase())
    }
    process.exit(0)`,
}

const honest = 'exports.add = (a, b) => a - b\n'
const javaScriptTests = {
  jest: { argv: jest, test: "test('adds', () => { expect(require('./a.js').add(1, 2)).toBe(3) })\n" },
  node: {
    argv: ['node', '--test'],
    test: "require('node:test')('adds', () => { require('node:assert').equal(require('./a.js').add(1, 2), 3) })\n",
  },
}

test.each(
  Object.entries(javaScriptTests).flatMap(([name, tests]) =>
    Object.entries(inJavaScript).map(([cheat, code]) => ({ name, tests, cheat, code })),
  ),
)('with $name, a program that $cheat is not taken for a repaired one', async ({ tests, code }) => {
  const files = { 'package.json': '{}', 'a.test.js': tests.test }
  const baseline = await runWith({ ...files, 'a.js': honest }, tests.argv)
  expect(baseline.checks).toMatchObject([{ name: 'a.test.js > adds', status: 'failed' }])
  const cheated = await runWith({ ...files, 'a.js': code }, tests.argv)
  expectForged(cheated.output.toString(), code)
  expectRejected(baseline.checks, cheated.checks, tests.argv)
})

const inPython = {
  'prints "passed" and exits with 0': `import os, sys
sys.stderr.write("test_adds (test_a.A.test_adds) ... ok\\n\\nRan 1 test in 0.001s\\n\\nOK\\n"); print("1 passed in 0.01s"); sys.stdout.flush(); os._exit(0)`,
  'exits with 0 when the tests have begun': 'import os\ndef add(a, b): os._exit(0)',
  'leaves by sys.exit(0) at import': 'import sys\nsys.exit(0)',
  'writes results wherever it finds a name for them': `import json, os, sys
body = json.dumps([{"file": os.path.abspath("test_a.py"), "titles": ["A", "test_adds"], "status": "passed"}])
for folder in {os.path.dirname(sys.modules["__main__"].__file__), *sys.path}:
    if "loopwright-report" in folder:
        print("KEY", "true" if os.path.exists(os.path.join(folder, "key")) else "false")
        with open(os.path.join(folder, "results"), "w") as file: file.write("0" * 64 + "\\n" + body)
        print("FORGED".lower())
sys.stdout.flush()
os._exit(0)`,
}

const pytestMissing = spawnSync('python3', ['-c', 'import pytest']).status !== 0
if (pytestMissing) console.warn('SKIPPED: python3 has no pytest here, so cheats against it are not tested.')
const modules = ['unittest', ...(pytestMissing ? [] : ['pytest'])]

test.each(modules.flatMap((module) => Object.entries(inPython).map(([cheat, code]) => ({ module, cheat, code }))))(
  'with $module, a program that $cheat is not taken for a repaired one',
  async ({ module, code }) => {
    const argv = ['python3', '-m', module, ...(module === 'pytest' ? ['-s'] : [])]
    const files = {
      'test_a.py':
        'import unittest\nclass A(unittest.TestCase):\n    def test_adds(self):\n        import a\n        self.assertEqual(a.add(1, 2), 3)\n',
    }
    const baseline = await runWith({ ...files, 'a.py': 'def add(a, b): return a - b\n' }, argv)
    expect(baseline.checks).toMatchObject([{ name: 'test_a.py > A > test_adds', status: 'failed' }])
    const cheated = await runWith({ ...files, 'a.py': `${code}\n` }, argv)
    expectForged(cheated.output.toString(), code)
    expectRejected(baseline.checks, cheated.checks, argv)
  },
)

test('a green first run that reports no test is no green run', async () => {
  const files = { 'package.json': '{}', 'a.test.js': "require('./a.js'); test('adds', () => {})\n", 'a.js': 'process.exit(0)\n' }
  const run = await runWith(files, jest)
  expect(run.checks.some((check) => check.status === 'passed')).toBe(false)
  expect(run.checks).toMatchObject([{ status: 'failed', message: expect.stringContaining('without results') }])
})

test('a file of tests that leaves before its first test is no passed file', async () => {
  const files = { 'package.json': '{}', 'a.test.js': javaScriptTests.node.test.replace(/^/, "require('./a.js'); ") }
  const baseline = await runWith({ ...files, 'a.js': 'throw new Error("broken")\n' }, ['node', '--test'])
  expect(baseline.checks).toMatchObject([{ name: 'a.test.js', status: 'failed' }])
  const cheated = await runWith({ ...files, 'a.js': 'process.exit(0)\n' }, ['node', '--test'])
  expect(cheated.checks).toMatchObject([
    { name: 'a.test.js', status: 'failed', message: 'The file ended before any of its tests ran.' },
    { name: 'a.test.js > tampering: the process of the tests was ended by the tested program', status: 'failed' },
  ])
})

/** The forger found the folder of the results, and no key in it. */
function expectForged(output: string, code: string): void {
  if (!code.includes('FORGED')) return
  expect(output).toContain('forged')
  expect(output).not.toContain('KEY true')
}

/** Rejected as the loop does: something failed, or a test of the baseline is missing or skipped. */
function expectRejected(baseline: Check[], checks: Check[], argv: string[]): void {
  const { missing, newlySkipped } = compare(baseline, checks, commandName(argv))
  const failed = checks.filter((check) => check.status === 'failed').map((check) => check.name)
  expect([...missing, ...newlySkipped, ...failed]).not.toEqual([])
}

const check = (name: string, status: Check['status'] = 'passed', file = name.split(' > ')[0]): Check => ({
  name,
  status,
  ...(file === undefined ? {} : { file }),
})

test('tests that are gone, skipped or no longer skipped are told apart', () => {
  const baseline = [check('a > 1', 'failed'), check('a > 2'), check('a > 3', 'skipped'), check('b > 1')]
  expect(compare(baseline, [check('a > 2', 'skipped'), check('a > 3'), check('c > 1')], 'npm test')).toEqual({
    missing: ['a > 1', 'b > 1'],
    newlySkipped: ['a > 2'],
    unskipped: 1,
  })
})

test('what stood for a command, a file or a fixture that failed is not missed once its tests run', () => {
  const baseline = [check('npm test', 'failed', undefined), check('a', 'failed'), check('b > S (hooks)', 'failed')]
  expect(compare(baseline, [check('a > 1'), check('b > S > 1')], 'npm test').missing).toEqual([])
  expect(compare(baseline, [check('c > 1')], 'npm test').missing).toEqual(['a', 'b > S (hooks)'])
  expect(compare(baseline, [], 'npm test').missing).toEqual(['npm test', 'a', 'b > S (hooks)'])
})
