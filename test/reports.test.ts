import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { parseCargo } from '../activities/tests/reports/cargo.ts'
import { parseGo } from '../activities/tests/reports/go.ts'
import { parseJunit } from '../activities/tests/reports/junit.ts'
import { type Parsed } from '../activities/tests/reports/parsed.ts'
import { isTap, parseTap } from '../activities/tests/reports/tap.ts'
import { checksOf } from '../activities/tests/results.ts'
import { byStatus } from './fixtures/tests/folder.ts'

/** What a real runner wrote, recorded: vitest 4.1.12, mocha 12.0.3, tape 5.10.2, ava 7.0.0, node 20.20.2, go 1.26.8, cargo 1.95.0. */
const recorded = (name: string) => readFileSync(new URL(`fixtures/tests/reports/${name}.txt`, import.meta.url), 'utf8')
const junit = (text: string) => parseJunit([text])
const cargoErrors = recorded('cargo-errors')
const cargo = (stdout: string) => parseCargo(stdout, cargoErrors + stdout)
const named = ({ results }: Parsed) => byStatus(checksOf(results, '/project/s'))

const counts = (names: ReturnType<typeof byStatus>) => Object.values(names).map(({ length }) => length)

const vitest = 'src/add.test.mjs > outer >'
const mocha = 'mocha.spec.cjs > outer'
const sums = 'example.com/sums'
const goResults = {
  passed: [`${sums} > TestParts/nothing`, `${sums}/deep > TestDeep`],
  failed: [`${sums} > TestAdds`, `${sums} > TestParts`, `${sums} > TestParts/more_than_one`, `${sums}/broken`, `${sums}/deep > TestEnds`],
  skipped: [`${sums} > TestWaits`],
}
const reports: [string, (text: string) => Parsed, ReturnType<typeof byStatus>][] = [
  [
    'vitest-junit',
    junit,
    {
      passed: [`${vitest} adds "nothing" & <more>`],
      failed: [`${vitest} inner > adds`, 'src/broken.test.mjs'],
      skipped: [`${vitest} waits`, `${vitest} comes`],
    },
  ],
  [
    'mocha-xunit',
    junit,
    {
      passed: [`${mocha} > adds "nothing" & <more>`],
      failed: [`${mocha} inner > adds`, `${mocha} hooked > "before all" hook for "never runs" (hooks)`],
      skipped: [`${mocha} > waits`, `${mocha} > comes`],
    },
  ],
  [
    'node-junit',
    junit,
    // Node escapes quotes twice.
    {
      passed: ['test > adds &quot;nothing&quot; & <more> # not a comment', 'test > good'],
      failed: ['outer > inner > adds'],
      skipped: ['test > waits', 'test > comes'],
    },
  ],
  [
    'mocha-tap',
    parseTap,
    {
      passed: ['outer adds "nothing" & <more>'],
      failed: ['outer inner adds', 'outer hooked "before all" hook for "never runs"'],
      skipped: ['outer waits', 'outer comes'],
    },
  ],
  [
    'tape-tap',
    parseTap,
    {
      passed: ['adds > should be strictly equal #2', 'adds nothing > is there', 'deeper > good'],
      failed: ['adds > should be strictly equal'],
      skipped: ['TODO comes > not yet'],
    },
  ],
  ['ava-tap', parseTap, { passed: ['adds nothing', 'known'], failed: ['adds'], skipped: ['waits', 'comes'] }],
  [
    'node-tap',
    parseTap,
    {
      passed: ['outer > adds "nothing" & <more> # not a comment', 'parent > good'],
      failed: ['outer > inner > adds'],
      skipped: ['outer > waits', 'outer > comes'],
    },
  ],
  ['go-events', parseGo, goResults],
  ['go-verbose', parseGo, goResults],
  [
    'cargo-output',
    cargo,
    {
      passed: [
        'Doc-tests sums > src/lib.rs - add (line 3)',
        'src/lib.rs > tests::adds_nothing',
        'src/lib.rs > tests::breaks',
        'tests/whole.rs > adds',
      ],
      failed: ['src/lib.rs > tests::adds'],
      skipped: ['src/lib.rs > tests::waits'],
    },
  ],
]

test.each(reports)('%s is read per test', (name, parse, expected) => {
  const parsed = parse(recorded(name))
  expect(parsed.problem).toBeUndefined()
  expect(named(parsed)).toEqual(expected)
  const messages = checksOf(parsed.results, '/project/s')
    .filter(({ status }) => status === 'failed')
    .map(({ message }) => message)
  expect(messages.some((message) => /-1/.test(message ?? ''))).toBe(true)
})

test.each(reports)('%s, cut off anywhere, is not believed, or what it lost is a whole program', (name, parse) => {
  const whole = recorded(name)
  const full = named(parse(whole))
  const lines = whole.split('\n')
  let believed = 0
  for (let count = 1; count < lines.length; count += 1) {
    const parsed = parse(lines.slice(0, count).join('\n'))
    if (parsed.problem !== undefined) continue
    const programs = new Set(parsed.results.map(({ file }) => file))
    if (!/^(go|cargo)/.test(name)) expect([count, counts(named(parsed))]).toEqual([count, counts(full)])
    else
      for (const { file, titles } of parse(whole).results)
        if (programs.has(file) && titles.length > 0) expect(parsed.results).toContainEqual(expect.objectContaining({ file, titles }))
    believed += 1
  }
  expect(believed).toBeLessThan(lines.length / 3)
})

const tap = (...lines: string[]) => ['TAP version 14', ...lines].join('\n')
const suite = (attributes: string, ...cases: string[]) => `<testsuite name="s" ${attributes}>${cases.join('')}</testsuite>`
const event = (Action: string, more: object = {}) => JSON.stringify({ Action, Package: 'p', ...more })
const wrong: [string, Parsed, RegExp][] = [
  ['TAP without a plan', parseTap(tap('ok 1 - a')), /no plan/],
  ['TAP that is empty', parseTap(''), /no plan/],
  ['TAP with fewer tests than planned', parseTap(tap('1..2', 'ok 1 - a')), /2 tests were planned and 1 reported/],
  ['TAP with more tests than planned', parseTap(tap('1..1', 'ok 1 - a', 'ok 2 - b')), /1 tests were planned and 2 reported/],
  ['TAP with a number twice', parseTap(tap('1..2', 'ok 1 - a', 'ok 1 - b')), /test 1 is reported twice/],
  ['TAP with a number that was not planned', parseTap(tap('1..2', 'ok 1 - a', 'ok 7 - b')), /planned/],
  ['TAP with two plans', parseTap(tap('1..1', 'ok 1 - a', '1..1')), /two plans/],
  ['TAP of two programs of which one is cut off', parseTap(`${tap('1..1', 'ok 1 - a')}\n${tap('ok 1 - b')}`), /no plan/],
  ['TAP that bails out', parseTap(tap('1..1', 'ok 1 - a', 'Bail out! no database')), /gave up: Bail out! no database/],
  ['TAP that bails out of a subtest', parseTap(tap('    Bail out! no', '1..0')), /gave up/],
  ['TAP whose subtest has fewer tests than planned', parseTap(tap('    1..2', '    ok 1 - b', 'ok 1 - a', '1..1')), /planned/],
  ['TAP whose subtest has no plan', parseTap(tap('    ok 1 - b', 'ok 1 - a', '1..1')), /no plan/],
  ['TAP whose subtest never ends', parseTap(tap('1..1', 'ok 1 - a', '    ok 1 - b', '    1..1')), /never ends/],
  ['TAP whose diagnostic never ends', parseTap(tap('1..1', 'not ok 1 - a', '  ---', 'ok 2')), /diagnostic never ends/],
  ['JUnit that is no XML', junit('passed'), /malformed|no testsuite/],
  ['JUnit that is empty', junit(''), /malformed|no testsuite/],
  ['JUnit of something else', junit('<html></html>'), /no testsuite/],
  ['JUnit with a document type', junit(`<!DOCTYPE a [<!ENTITY b "c">]>${suite('')}`), /document type/],
  ['JUnit that announces more tests', junit(suite('tests="2"', '<testcase name="a"/>')), /2 tests are announced, and 1 reported/],
  ['JUnit that announces failures', junit(suite('failures="1"', '<testcase name="a"/>')), /failures are announced/],
  ['JUnit that announces errors', junit(suite('tests="1" errors="1"', '<testcase name="a"/>')), /failures are announced/],
  ['JUnit of which one file is cut off', parseJunit([suite('', '<testcase name="a"/>'), '<testsuite><testcase']), /malformed/],
  ['events of go that are cut off', parseGo(`${event('start')}\n{"Action":"pa`), /no event/],
  ['events of go whose package never ends', parseGo(event('pass', { Test: 'TestA' })), /package p never ends/],
  ['lines of go whose package never ends', parseGo('--- PASS: TestA (0.00s)\nPASS\n'), /last package never ends/],
  ['a program of cargo without an end', cargo('running 1 test\ntest a ... ok\n'), /ended in the middle/],
  [
    'a program of cargo that begins in another',
    cargo('running 1 test\nrunning 1 test\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out'),
    /ended in the middle/,
  ],
  [
    'a program of cargo that counts otherwise',
    cargo('running 1 test\ntest a ... FAILED\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out'),
    /1 \+ 0 \+ 0 counted, and 0 \+ 1 \+ 0/,
  ],
]

test.each(wrong)('%s is not believed', (_what, { problem }, expected) => {
  expect(problem).toMatch(expected)
})

test('a test that is reported in two ways failed', () => {
  const go = parseGo([event('run', { Test: 'A' }), event('fail', { Test: 'A' }), event('pass', { Test: 'A' }), event('pass')].join('\n'))
  expect(go.results).toMatchObject([{ titles: ['A'], status: 'failed', message: expect.stringContaining('two ways') }])
  expect(parseGo([event('run', { Test: 'A' }), event('pass')].join('\n')).results).toMatchObject([
    { status: 'failed', message: expect.stringContaining('never ended') },
  ])
  const twice = suite('', '<testcase name="a"><failure/></testcase>', '<testcase name="a"/>')
  expect(byStatus(checksOf(junit(twice).results, '/'))).toEqual({ failed: ['s > a'], passed: ['s > a #2'], skipped: [] })
  expect(named(parseTap(tap('    not ok 1 - b', '    1..1', 'ok 1 - a', '1..1'))).failed).toEqual(['a > b'])
  expect(named(parseTap(tap('not ok 1 - a # SKIP', '1..1'))).failed).toEqual(['a'])
})

test('what is skipped, to be done or without any test is told from what passed', () => {
  expect(named(parseTap(tap('1..3', 'ok 1 # skip', 'not ok 2 b # TODO later', 'ok 3 c \\# no')))).toEqual({
    passed: ['c # no'],
    failed: [],
    skipped: ['test', 'b'],
  })
  expect(parseTap(tap('1..0 # SKIP no database'))).toEqual({ results: [] })
  expect(junit(suite('tests="0"'))).toEqual({ results: [] })
  expect(named(parseGo('ok  \tp\t0.1s\n?   \tq\t[no test files]\n'))).toEqual({ passed: ['p'], failed: [], skipped: [] })
  const shown =
    'running 2 tests\ntest a ... a word\nFAILED\ntest b ... ok\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n'
  expect(cargo(shown).problem).toBeUndefined()
})

test('TAP of several programs, one after the other, is read together', () => {
  expect(named(parseTap(`${tap('1..1', 'ok 1 - a')}\n${tap('1..2', 'not ok 1 - a', 'ok 2 - b')}\n`))).toEqual({
    passed: ['a', 'b'],
    failed: ['a #2'],
    skipped: [],
  })
})

test('TAP is known by its first line, behind what a package manager says', () => {
  expect(isTap('TAP version 13\nok 1\n')).toBe(true)
  expect(isTap('\n> a@1.0.0 test\n> node a.js\n\nTAP version 14\n')).toBe(true)
  expect(isTap('hello\nTAP version 13\n')).toBe(false)
  expect(isTap('ok 1\n1..1\n')).toBe(false)
})
