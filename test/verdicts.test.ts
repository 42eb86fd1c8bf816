import { expect, test } from '@jest/globals'
import { type TestReport } from '../contract/checks.ts'
import { type Verdict } from '../contract/verdict.ts'
import { declinedBefore, judge, withDecision } from '../workflows/core/judge.ts'
import { verdictOf } from '../contract/tests-verdict.ts'

const green: Verdict = { accepted: true, score: 0, objections: [], evidence: [] }
const said = (value: unknown) => judge(async () => value as Verdict)

test('what is no verdict rejects, whatever it says of itself', async () => {
  for (const bad of [
    undefined,
    null,
    true,
    'accepted',
    {},
    { accepted: true },
    { accepted: 'yes', objections: [] },
    { ...green, score: '9/10' },
    { ...green, score: Number.NaN },
  ]) {
    expect(await said(bad)).toMatchObject({ accepted: false, failed: true, objections: [{ id: 'malformed verdict' }] })
  }
})

test('a verdict that accepts and objects rejects, and one that rejects without a reason is given one', async () => {
  expect(await said({ ...green, objections: [{ id: 'a test', text: '' }] })).toMatchObject({
    accepted: false,
    objections: [{ id: 'a test' }],
  })
  expect(await said({ ...green, accepted: false })).toMatchObject({ accepted: false, objections: [{ id: 'rejected' }] })
  expect(await said(green)).toEqual(green)
  expect(await said({ ...green, blocked: 'Nobody can tell.' })).toMatchObject({
    accepted: false,
    objections: [{ id: 'rejected', text: 'Nobody can tell.' }],
  })
})

test('only a yes accepts; a no is an objection, and a stop ends the run', () => {
  expect(withDecision(green, { answer: 'yes' })).toEqual(green)
  expect(withDecision(green, { answer: 'no', note: 'shorter' })).toMatchObject({
    accepted: false,
    objections: [{ id: 'person', text: 'shorter' }],
  })
  expect(withDecision(green, { answer: 'withdrawn' })).toMatchObject({ accepted: false })
  expect(() => withDecision(green, { answer: 'stop', by: 'ada', note: 'no more' })).toThrow('ada declined: no more')
  expect(declinedBefore(green)).toMatchObject({ accepted: false })
})

const ref = { sha256: 'a'.repeat(64), bytes: 1 }
const report: TestReport = {
  exitCode: 0,
  timedOut: false,
  format: 'node',
  counts: { passed: 3, failed: 0, skipped: 0, missing: 0, unskipped: 0 },
  failed: [],
  missing: [],
  newlySkipped: [],
  protectedChanges: [],
  tampering: [],
  flaky: [],
  runs: 1,
  report: ref,
  output: ref,
  tail: 'the last line',
  milliseconds: 1_000,
  sandbox: 'none',
}
const judged = (change: Partial<TestReport>, allowTestChanges = false) =>
  verdictOf({ ...report, ...change }, { tree: 'tree' }, { allowTestChanges })

test('a test run is accepted only if nothing at all objects', () => {
  expect(judged({})).toMatchObject({ accepted: true, objections: [], world: 'tree' })
  expect(judged({ failed: [{ name: 'adds', status: 'failed' }], exitCode: 1 })).toMatchObject({
    accepted: false,
    objections: [{ id: 'adds' }],
  })
  expect(judged({ failed: [{ name: 'adds', status: 'failed' }] })).toMatchObject({ accepted: false })
  expect(judged({ missing: ['doubles'] })).toMatchObject({ accepted: false, objections: [{ id: 'doubles' }] })
  expect(judged({ newlySkipped: ['doubles'] })).toMatchObject({ accepted: false, objections: [{ id: 'doubles' }] })
  expect(judged({ exitCode: 1 })).toMatchObject({
    accepted: false,
    objections: [{ id: 'exit code', text: expect.stringContaining('the last line') }],
  })
  expect(judged({ exitCode: null })).toMatchObject({ accepted: false, objections: [{ id: 'exit code' }] })
  expect(judged({ exitCode: null, timedOut: true })).toMatchObject({ accepted: false, objections: [{ id: 'time limit' }] })
})

test('changed tests object unless they are allowed, and fewer objections are a higher score', () => {
  const protectedChanges = [{ path: 'sum.test.js', change: 'changed' as const, why: 'it is a test file' }]
  expect(judged({ protectedChanges })).toMatchObject({ accepted: false, objections: [{ id: 'protected: sum.test.js' }] })
  expect(judged({ protectedChanges }, true)).toMatchObject({ accepted: true })
  const many = (failed: number) =>
    judged({ counts: { ...report.counts, failed }, failed: [{ name: 'one of many', status: 'failed' }] }).score
  expect(many(60)).toBeGreaterThan(many(100)!)
})
