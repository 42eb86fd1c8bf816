import { describe, expect, test } from '@jest/globals'
import { type RunSummary } from '../client/summary.ts'
import { type Why, whyEnded, whyOpen } from '../client/why/why.ts'
import { stopReasons } from '../contract/outcome.ts'
import { type TraceOf, TraceRecord } from '../contract/trace.ts'
import { splitCommand } from '../contract/command.ts'

const run = 'testAndFix-abc'
const spent = { attempts: 3, tokens: 1_900_000, microDollars: 1_250_000, milliseconds: 90_000 }
const limits = { attempts: 8, stalls: 3, minutes: 60, tokens: 2_000_000, dollars: 5, concurrency: 4 }
const counted = { calls: 1, tokens: 10, microDollars: 0, unpriced: 0 }
const step = { at: 1, by: { kind: 'model' as const, name: 'openai/x' }, status: 'done' as const, tries: 1 }
const tests: TraceRecord = {
  kind: 'tests',
  ...step,
  path: 'loop#1/attempt#3/tests#1',
  command: ['npm', 'test'],
  commit: 'c'.repeat(40),
  baseline: false,
  accepted: false,
  objections: [{ id: 'sum > adds', text: '' }],
  counts: { passed: 2, failed: 1 },
}
const refused: TraceRecord = {
  kind: 'step',
  ...step,
  path: 'loop#1/attempt#3/fix#1/turn#1/ask#1',
  status: 'failed',
  what: 'callModel',
  error: { type: 'Unauthorized', message: 'the key is refused' },
}
const decision: TraceRecord = {
  kind: 'decision',
  gate: 'gate#1',
  at: 2,
  by: 'ada',
  via: 'update',
  answer: 'stop',
  digest: 'd',
  accepted: true,
  note: 'not like this',
}
const best = { value: {}, attempt: 2, verdict: { accepted: false, objections: [{ id: 'sum > adds', text: '' }], evidence: [] } }

function ended(end: Partial<TraceOf<'end'>>, between: TraceRecord[] = [tests]): Why {
  const input = { repo: '/work/my project', test: 'npm test', limits: { tokens: 2_000_000 } }
  const start = { kind: 'run', run, workflow: 'testAndFix', at: 0, input, executions: 1, complete: true, prices: {}, sandbox: 'none' }
  const last = { kind: 'end', at: 3, status: 'stopped', why: 'it ended', spent, limits, counted, ...end }
  return whyEnded([start, ...between, last].map((record) => TraceRecord.parse(record)))
}

const isOneSentence = (text: string) => expect(text).toMatch(/^\S[^\n]*[.)…]$/)

describe('every reason of a stop is explained by what stopped it, evidence, and one command', () => {
  const expected: Record<string, [evidence: RegExp, command: string]> = {
    attempts: [/3 of 8 attempts/, '"attempts":16'],
    stalls: [/^Attempt 2 was the best and leaves sum > adds; the last run of the tests: npm test: 1 objection/, `loopwright trace ${run}`],
    minutes: [/1\.5 of 60 minutes/, '"minutes":120'],
    tokens: [/1900000 of 2000000 tokens/, '"tokens":4000000'],
    dollars: [/\$1\.25 of \$5/, '"dollars":10'],
    declined: [/^Ada answered stop to gate#1: not like this/, `loopwright trace ${run}`],
    cancelled: [/^Ada answered stop/, 'loopwright run testAndFix --input'],
    held: [/^Ada answered stop/, 'loopwright run testAndFix --input'],
    blocked: [/^The step loop#1\S+ failed: Unauthorized: the key is refused/, 'loopwright doctor'],
    model: [/^The step loop#1\S+ failed: Unauthorized: the key is refused/, 'loopwright doctor'],
    error: [/^The step loop#1\S+ failed: Unauthorized: the key is refused/, 'loopwright doctor'],
  }
  test.each(stopReasons)('%s', (reason) => {
    const why = ended({ reason, best }, [tests, refused, decision])
    const [evidence, command] = expected[reason]!
    expect(why).toMatchObject({ run, status: 'stopped', reason, what: `${run} stopped (${reason}): it ended.` })
    expect(why.evidence).toMatch(evidence)
    expect(why.command).toContain(command)
    for (const text of [why.what, why.evidence]) isOneSentence(text)
  })
})

test('the command that starts a run again is read by a shell as it stands, and keeps the rest of its input', () => {
  const words = splitCommand(ended({ reason: 'tokens' }).command)
  expect(words.slice(0, 4)).toEqual(['loopwright', 'run', 'testAndFix', '--input'])
  expect(JSON.parse(words[4]!)).toEqual({ repo: '/work/my project', test: 'npm test', limits: { tokens: 4_000_000 } })
})

test('without a better attempt that is said', () => {
  expect(ended({ reason: 'stalls' }).evidence).toMatch(/^No attempt was better than the start; /)
})

test('an accepted run shows what verified it and what changed, and the branch to take', () => {
  const value = { files: ['sum.js'], added: 2, removed: 1, branch: `loopwright/${run}` }
  const why = ended({ status: 'accepted', why: 'Attempt 1 was accepted.', value }, [{ ...tests, accepted: true, objections: [] }])
  expect(why).toMatchObject({ status: 'done', what: `${run} was accepted: Attempt 1 was accepted.` })
  expect(why.evidence).toMatch(/npm test: nothing objects \(2 passed, 1 failed\); changed: sum\.js \(\+2 −1\)/)
  expect(why.command).toBe(`git -C '/work/my project' merge loopwright/${run}`)
})

test('a failed run says whether anything was changed, and what its failure says is next', () => {
  const failure = { type: 'NoTests', effect: 'no' as const, next: 'Name the command that runs the tests with --test.' }
  const why = ended({ status: 'failed', why: 'The test command ran no test', failure }, [refused])
  expect(why.what).toBe(`${run} failed: The test command ran no test.`)
  expect(why.evidence).toContain('nothing was changed outside')
  expect(why.next).toBe('Name the command that runs the tests with --test')
  expect(ended({ status: 'failed', why: 'the run was killed', failure: { type: 'Terminated', effect: 'unknown' } }).command).toMatch(
    /^loopwright run testAndFix/,
  )
})

describe('every state of a run that has not ended is explained', () => {
  const open = { run, workflow: 'testAndFix', spent, limits, attempt: { number: 2, of: 8, stalls: 1, stallsLimit: 3 } }
  test.each<[string, Partial<RunSummary>, RegExp, RegExp, string]>([
    ['running', { status: 'running', why: 'asking openai/x' }, /is running: asking/, /attempt 2 of 8/i, `watch ${run}`],
    ['paused', { status: 'paused', why: 'Paused by a person.' }, /is paused: Paused by a person\.$/, /spent so far/, `resume ${run}`],
    ['a person', { status: 'waiting', waitingFor: 'person', why: 'Merge it?' }, /waits for a person: Merge it\?$/, /of 8/, `gates ${run}`],
    [
      'mending',
      { status: 'waiting', waitingFor: 'mending', why: 'no key' },
      /until something is mended: no key\.$/,
      /of 8/,
      `resume ${run}`,
    ],
    ['no worker', { status: 'running', silent: true, why: 'no worker answers' }, /says nothing: no worker/, /nothing is lost/, 'worker'],
    [
      'stuck',
      { status: 'running', silent: true, stuck: true, why: 'its code fails again and again: x is not a function; nothing is lost; look' },
      /is stuck: its code fails again and again: x is not a function\.$/,
      /nothing is lost/,
      `replay ${run}`,
    ],
  ])('%s', (_name, state, what, evidence, command) => {
    const why = whyOpen({ ...open, status: 'running', why: '', ...state })
    expect(why.what).toMatch(what)
    expect(why.evidence).toMatch(evidence)
    expect(why.command).toBe(`loopwright ${command}`)
  })
})

test('a text of a model cannot colour, move the cursor, or begin a second line', () => {
  const why = ended({ reason: 'stalls', why: 'bad \u001B[31mred\u202E\nsecond' })
  expect(`${why.what}${why.evidence}`).not.toMatch(/\p{C}/u)
})
