import { expect, test } from '@jest/globals'
import { signsOf } from '../activities/tests/signs.ts'
import { type Check, type TestReport } from '../contract/checks.ts'

const baseline: Check[] = [{ name: 'src/add.test.js > adds', status: 'failed', file: 'src/add.test.js' }]

function whys(path: string, before: string | undefined, after: string, format: TestReport['format'] = 'jest'): string[] {
  return signsOf([{ path, change: before === undefined ? 'added' : 'changed', before, after }], baseline, format).map(({ why }) => why)
}

const tampering: [string, string, RegExp][] = [
  ['add.js', "import assert from 'node:assert'\nassert.equal = () => {}\n", /replaces a part/],
  ['add.js', "Object.assign(require('assert'), { equal() {} })\n", /replaces a part/],
  ['add.test.js', 'expect.extend({ toBe: () => ({ pass: true }) })\n', /replaces a part/],
  ['add.ts', "import { test } from 'node:test'\n", /reaches into/],
  ['add.ts', 'globalThis.expect = () => {}\n', /reaches into/],
  ['add.js', 'export const add = (a, b) => process.env.JEST_WORKER_ID ? a + b : 0\n', /asks whether/],
  ['add.js', "if (process.env.NODE_ENV === 'test') throw 1\n", /asks whether/],
  ['add.js', "const real = require.cache['x']\n", /reaches past its own modules/],
  ['add.js', 'const who = new Error().stack\n', /who calls it/],
  ['add.js', "readFileSync('src/add.test.js')\n", /names a file of the tests/],
  ['add.js', "process.env.NODE_OPTIONS = '--require x'\n", /started with/],
  ['add.py', 'import unittest\n', /reaches into/],
  ['add.py', 'TestCase.assertEqual = print\n', /replaces a part/],
  ['add.py', "if 'PYTEST_CURRENT_TEST' in os.environ: pass\n", /asks whether/],
  ['add.py', 'frame = sys._getframe(1)\n', /who calls it/],
  ['add.py', 'class A:\n    def __eq__(self, other):\n        return True\n', /equal to anything/],
  ['add.py', 'builtins.isinstance = lambda *a: True\n', /function of Python itself/],
]

test.each(tampering)('in %s, %j is a sign of tampering where it is new', (path, code, why) => {
  expect(whys(path, '\n', code).join('\n')).toMatch(why)
  expect(whys(path, undefined, code).join('\n')).toMatch(why)
  expect(whys(path, code, `${code}\n// one line more\n`)).toEqual([])
})

const honest: [string, string][] = [
  ['add.js', 'export const add = (a, b) => a + b\n'],
  ['add.js', "// Called from add.test.js with NODE_ENV === 'test'\nexport const add = (a, b) => a + b\n"],
  ['add.js', "import assert from 'node:assert'\nassert.equal(1, 1)\nconst assertion = assert.ok === undefined\n"],
  ['add.js', "if (process.env.NODE_ENV === 'production') minify()\n"],
  ['add.js', "const latest = require('./latest.js'); const test = latest.test('x'); throw new Error('no')\n"],
  ['add.js', 'if (failed) process.exit(1)\nprocess.exit(0)\n'],
  ['new.test.js', "import { test } from 'node:test'\ntest('adds', () => expect(add(1, 2)).toBe(3))\n"],
  ['test_new.py', 'import unittest\nclass A(unittest.TestCase):\n    pass\n'],
  ['add.py', 'class A:\n    def __eq__(self, other):\n        return self.x == other.x\n'],
  ['add.py', 'import sys\nsys.exit(0)\n'],
  ['add.go', 'func main() { os.Exit(0) }\n'],
]

test.each(honest)('in %s, %j is no sign', (path, code) => {
  expect(whys(path, '\n', code)).toEqual([])
})

test('leaving with success is a sign where no results are signed', () => {
  for (const [path, code] of [
    ['a.js', 'process.exit(0)\n'],
    ['a.py', 'os._exit(0)\n'],
    ['a.go', 'os.Exit(0)\n'],
  ] as const) {
    expect(whys(path, '', code, 'exit code')).toEqual([expect.stringContaining('ends the program with success')])
    expect(whys(path, '', code, 'junit')).toEqual([expect.stringContaining('ends the program with success')])
    expect(whys(path, '', code, path.endsWith('.py') ? 'pytest' : 'node')).toEqual([])
  }
})

test('a sign names the line that is new, not one that was there', () => {
  const old = "import { test } from 'node:test'\n"
  const signs = signsOf(
    [{ path: 'a.js', change: 'changed', before: old, after: `${old}\nconst again = require('node:test')\n` }],
    [],
    'node',
  )
  expect(signs).toEqual([{ path: 'a.js', line: 3, why: expect.stringContaining('reaches into') }])
})
