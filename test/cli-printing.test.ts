import { describe, expect, test } from '@jest/globals'
import { PassThrough } from 'node:stream'
import { createPrinter } from '../cli/printer.ts'
import { freshLines, progressLine, situation } from '../cli/progress.ts'
import { asTyped, confinement, count, dollars, duration } from '../cli/words.ts'
import { shellWord } from '../client/why/words.ts'
import { type Status } from '../contract/messages.ts'

const status: Status = {
  run: 'testAndFix-abcdefghij',
  workflow: 'testAndFix',
  status: 'running',
  why: 'it works',
  attempt: { number: 2, of: 8, stalls: 0, stallsLimit: 3 },
  objections: { ids: ['a', 'b', 'c'], count: 3 },
  spent: { tokens: 4_100, microDollars: 12_300, milliseconds: 1, attempts: 1 },
  limits: { attempts: 8, stalls: 3, minutes: 60, tokens: 2_000_000, dollars: 5, concurrency: 4 },
  open: [
    { path: 'loop#1', kind: 'loop', text: 'looping', since: 1 },
    { path: 'loop#1/attempt#2/fix#1/turn#1/ask#1', kind: 'model', text: 'asking openai/x', since: 3 },
    { path: 'loop#1/attempt#2', kind: 'attempt', text: 'attempt 2', since: 2 },
  ],
  lines: [],
  continued: 0,
  sandbox: 'none',
  startedAt: 1,
}

test('the progress says the attempt, what fails, what is happening now and the spend', () => {
  expect(progressLine(status)).toBe('attempt 2 of 8 · 3 tests fail: a, b, c · asking openai/x · $0.0123 of $5, 4.1k tokens')
})

test.each<[string, Partial<Status>, string]>([
  ['one failing test is singular', { objections: { ids: ['a'], count: 1 } }, 'attempt 2 of 8 · 1 test fails: a · asking openai/x'],
  [
    'many are cut',
    { objections: { ids: ['a', 'b', 'c', 'd'], count: 12 } },
    'attempt 2 of 8 · 12 tests fail: a, b, c, … · asking openai/x',
  ],
  ['other workflows have objections', { workflow: 'essay' }, 'attempt 2 of 8 · 3 objections: a, b, c · asking openai/x'],
  ['a waiting run says for what', { status: 'waiting', why: 'Accept?' }, 'attempt 2 of 8 · 3 tests fail: a, b, c · waiting: Accept?'],
  ['without an open step the reason stands', { open: [] }, 'attempt 2 of 8 · 3 tests fail: a, b, c · it works'],
])('%s', (_name, change, line) => {
  expect(situation({ ...status, ...change })).toBe(line)
})

test('a test is named by its title, without its file and groups', () => {
  const ids = ['test/a.test.ts > ranges > a later range does not overlap']
  expect(situation({ ...status, objections: { ids, count: 1 } })).toContain('1 test fails: a later range does not overlap ·')
})

test('where the width is limited, names go before the spend', () => {
  expect(progressLine(status, 83)).toBe('attempt 2 of 8 · 3 tests fail: a, … · asking openai/x · $0.0123 of $5, 4.1k tokens')
  expect(progressLine(status, 75)).toBe('attempt 2 of 8 · 3 tests fail · asking openai/x · $0.0123 of $5, 4.1k tokens')
})

test('without a dollar cap none is shown', () => {
  expect(progressLine({ ...status, limits: { ...status.limits, dollars: 'none' } })).toMatch(/ · \$0\.0123, 4\.1k tokens$/)
})

test('finished lines are told once, also while the list of the last fifty moves on', () => {
  const fresh = freshLines()
  const line = (text: string, at: number) => ({ path: 'loop#1', text, at })
  expect(fresh([line('one', 1), line('two', 2)]).map(({ text }) => text)).toEqual(['one', 'two'])
  expect(fresh([line('two', 2), line('three', 3)]).map(({ text }) => text)).toEqual(['three'])
})

describe('numbers for people', () => {
  test.each<[string, string]>([
    [dollars(0), '$0'],
    [dollars(12_300), '$0.0123'],
    [dollars(1), '$0.0001'],
    [dollars(1_500_000), '$1.50'],
    [count(999), '999'],
    [count(4_100), '4.1k'],
    [count(2_000), '2k'],
    [count(999_600), '1M'],
    [count(12_345_678), '12M'],
    [duration(4_400), '4 s'],
    [duration(185_000), '3 min 5 s'],
    [duration(7_800_000), '2 h 10 min'],
    [duration(3 * 86_400_000), '3 d'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected)
  })
})

test('commands are shown as they are typed: through npx where npm started the program', () => {
  const text = 'Next: loopwright show x\nNext: git merge loopwright/x'
  expect(asTyped(text, {})).toBe(text)
  expect(asTyped(text, { npm_command: 'run-script' })).toBe('Next: npx loopwright show x\nNext: git merge loopwright/x')
})

test('a path with a space or a quote is one word of a shell', () => {
  expect(shellWord('/a/b-c_d.e')).toBe('/a/b-c_d.e')
  expect(shellWord("/a b/it's")).toBe(String.raw`'/a b/it'\''s'`)
})

test('the first line says what confines commands, or why nothing does and what mends it', () => {
  expect(confinement('none')).toBe('UNCONFINED: commands run as you, without a sandbox; loopwright doctor says what to do')
  expect(confinement('none', 'bubblewrap is not installed', 'sudo apt-get install bubblewrap')).toBe(
    'UNCONFINED: commands run as you, without a sandbox, because bubblewrap is not installed; to have them confined: sudo apt-get install bubblewrap',
  )
  expect(confinement('bubblewrap')).toMatch(/^confined by bubblewrap: /)
})

describe('a printer', () => {
  function printed(json: boolean, terminal: boolean) {
    const output = Object.assign(new PassThrough(), terminal ? { isTTY: true, columns: 20 } : {})
    const printer = createPrinter(json, output)
    printer.live(() => 'a line that is longer than twenty')
    printer.print({ kind: 'x' }, 'text')
    printer.say('more')
    return String(output.read())
  }

  test('gives programs one JSON value per line, and nothing else', () => {
    expect(printed(true, true)).toBe('{"kind":"x"}\n')
  })

  test('gives pipes plain lines', () => {
    expect(printed(false, false)).toBe('text\nmore\n')
  })

  test('cuts what is overwritten on a terminal to its width, and clears it before the next line', () => {
    expect(printed(false, true)).toBe('\r\u001B[2Ka line that is long\r\u001B[2Ktext\nmore\n')
  })
})
