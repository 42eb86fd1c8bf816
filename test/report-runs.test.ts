import { expect, test } from '@jest/globals'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testAndFix } from '../contract/test-and-fix.ts'
import { byStatus, inFolder, runIn, runWith } from './fixtures/tests/folder.ts'

const addTest =
  "const test = require('node:test')\ntest('adds', () => require('node:assert').equal(require('./add.js').add(1, 2), 3))\ntest('waits', { skip: true }, () => {})\n"
const files = {
  'add.js': 'exports.add = (a, b) => a + b\n',
  'add.test.js': addTest,
  'tap.sh': '#!/bin/sh\nnode --test --test-reporter=tap\n',
  'junit.sh': '#!/bin/sh\nmkdir -p out/deep && node --test --test-reporter=junit >out/deep/a.xml\n',
}
const broken = { 'add.js': 'exports.add = (a, b) => a - b\n' }
const junit = { report: 'junit:out/**/*.xml' }

test('a program of no known framework that prints TAP is read per test', async () => {
  const names = (wrong: boolean) => ({ passed: wrong ? [] : ['adds'], failed: wrong ? ['adds'] : [], skipped: ['waits'] })
  for (const wrong of [false, true]) {
    const run = await runWith({ ...files, ...(wrong ? broken : {}) }, ['./tap.sh'])
    expect([run.format, run.exitCode, byStatus(run.checks)]).toEqual(['tap', wrong ? 1 : 0, names(wrong)])
  }
  expect(await runWith(files, ['./tap.sh'], { report: 'exit code' })).toMatchObject({ format: 'exit code', checks: [{ name: './tap.sh' }] })
})

test('a file of JUnit XML that the command writes where it was said to is read per test', async () => {
  expect(byStatus((await runWith(files, ['./junit.sh'], junit)).checks)).toEqual({
    passed: ['test > adds'],
    failed: [],
    skipped: ['test > waits'],
  })
  const run = await runWith({ ...files, ...broken }, ['./junit.sh'], junit)
  expect([run.format, run.exitCode, byStatus(run.checks).failed]).toEqual(['junit', 1, ['test > adds']])
})

const script = (text: string) => ({ 'run.sh': `#!/bin/sh\n${text}\n` })
const green = '<testsuite name="s" tests="1"><testcase name="a"/></testsuite>'
const red = green.replace('/>', '><failure message="no"/></testcase>')
const refused: [string, string, { report: string }, RegExp][] = [
  [
    'whose report is not written',
    'exit 0',
    junit,
    /ended with exit code 0, and its report can't be believed: there is no file out\/\*\*\/\*.xml/,
  ],
  ['whose report is cut off', `mkdir out; echo '<testsuite><testcase name="a">' >out/a.xml`, junit, /malformed/],
  [
    'that fails although its report is green',
    `mkdir out; echo '${green}' >out/a.xml; exit 1`,
    junit,
    /ended with exit code 1 although no test failed/,
  ],
  ['that succeeds although its report is red', `mkdir out; echo '${red}' >out/a.xml`, junit, /^no$/],
  ['whose report is a pipe', 'mkdir out; mkfifo out/a.xml', junit, /there is no file/],
  ['whose report is a link that leads out', 'mkdir out; ln -s /etc/hostname out/a.xml', junit, /there is no file/],
  [
    'that succeeds although a line of its TAP fails',
    'echo TAP version 13; echo 1..1; echo not ok 1 - a',
    { report: 'auto' },
    /^undefined$/,
  ],
  [
    'that fails although all lines of its TAP are green',
    'echo TAP version 13; echo 1..1; echo ok 1 - a; exit 1',
    { report: 'auto' },
    /although no test failed/,
  ],
  ['whose TAP is cut off', 'echo TAP version 13; echo ok 1 - a', { report: 'auto' }, /no plan/],
  ['that prints no TAP where it was said to', 'echo ok', { report: 'tap' }, /no plan/],
  ['that prints nothing of cargo where it fails', 'exit 1', { report: 'cargo' }, /although no test failed/],
]

test.each(refused)('a command %s has a failed check', async (_what, text, report, message) => {
  const run = await runWith(script(text), ['./run.sh'], report)
  const failed = run.checks.filter(({ status }) => status === 'failed')
  expect(failed).toHaveLength(1)
  expect(String(failed[0]?.message?.split('\n')[0])).toMatch(message)
})

test('a report of an earlier run is not taken for one of this run', async () => {
  await inFolder({ ...script('exit 0'), 'out/a.xml': green }, async (folder) => {
    expect(byStatus((await runIn(folder, ['./run.sh'], junit)).checks)).toEqual({ passed: [], failed: ['./run.sh'], skipped: [] })
  })
})

test('what is removed before a run never lies outside the folder', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'outside-'))
  writeFileSync(join(outside, 'a.xml'), green)
  await inFolder(script('exit 0'), async (folder) => {
    symlinkSync(outside, join(folder, 'out'))
    for (const report of ['junit:out/a.xml', 'junit:out/*.xml', 'junit:**/*.xml']) {
      expect(byStatus((await runIn(folder, ['./run.sh'], { report })).checks).failed).toEqual(['./run.sh'])
      expect(existsSync(join(outside, 'a.xml'))).toBe(true)
    }
  })
  rmSync(outside, { recursive: true })
})

test('what is no way to read results is refused by the input', () => {
  const read = (report: string) => testAndFix.input.safeParse({ repo: '/a', test: 'b', report }).success
  expect(
    ['auto', 'exit code', 'tap', 'go', 'cargo', 'junit:a.xml', 'junit:build/**/*.xml', 'junit:a..b.xml'].filter((report) => !read(report)),
  ).toEqual([])
  expect(['', 'xml', 'junit:', 'junit:/etc/a.xml', 'junit:../a.xml', 'junit:a/../../b.xml', 'junit:a/..'].filter(read)).toEqual([])
})
