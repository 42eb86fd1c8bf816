import { expect, test } from '@jest/globals'
import { reduceReviews, type Reduced, type Reviewing } from '../contract/reduce-reviews.ts'
import { type Finding, Review, type Reviewed, type WorkReceipt } from '../contract/review.ts'

const criteria = [
  { id: 'adds', text: 'It adds.' },
  { id: 'doubles', text: 'It doubles.' },
]
type Verdict = Review['criteria'][number]['verdict']

const said = (adds: Verdict, doubles: Verdict, findings: Finding[] = [], evidence = 'sum.js:1'): Reviewed => ({
  review: {
    criteria: [
      { criterion: 'adds', verdict: adds, evidence },
      { criterion: 'doubles', verdict: doubles, evidence },
    ],
    findings,
  },
})
const found = (priority: Finding['priority'], confidence: number, path = 'sum.js'): Finding => ({
  text: 'overflows',
  confidence,
  priority,
  place: { path, line: 3 },
})
const yes = said('proven', 'proven')
const remark = said('proven', 'proven', [found('p2', 1), found('p3', 1), found('p1', 0.4)])
const doubt = said('proven', 'unverified')
const no = said('proven', 'missing')
const contradicted = said('proven', 'contradicted')
const fault = said('proven', 'proven', [found('p1', 0.5)])
const unsureFault = said('proven', 'proven', [found('p0', 0.79)])
const veto = said('proven', 'proven', [found('p0', 0.8)])
const failed: Reviewed = { failed: 'the model answered with 500' }
const left: Reviewed = { review: { criteria: [{ criterion: 'adds', verdict: 'proven', evidence: 'sum.js:1' }], findings: [] } }
const twofold: Reviewed = {
  review: { criteria: [...(yes as { review: Review }).review.criteria, ...(no as { review: Review }).review.criteria], findings: [] },
}
const unshown = said('proven', 'proven', [], '  ')
const accused = said('proven', 'contradicted', [], '')

const green = { accepted: true, objections: [], score: 0 }
const red = { accepted: false, objections: [{ id: 'sum.test.js > adds', text: '2 !== 3' }], score: -1 }
const receipt = (done: boolean): WorkReceipt => ({ summary: '', claims: [{ criterion: 'adds', done, evidence: 'no network' }] })
const decide = (known: Partial<Reviewing>): Reduced =>
  reduceReviews({ tests: green, criteria, quorum: 2, receipt: receipt(true), ...known })
const ids = ({ objections }: Reduced) => objections.map(({ id }) => id)

test.each<[string, Partial<Reviewing>, Reduced['decision'], string[]]>([
  ['all approve', { reviews: [yes, yes, yes] }, 'complete', []],
  ['a quorum approves and one objects', { reviews: [yes, no, yes] }, 'complete', []],
  ['a quorum approves and one failed', { reviews: [yes, failed, yes] }, 'complete', []],
  ['remarks do not count', { reviews: [remark, remark, failed] }, 'complete', []],
  ['red tests against every approval', { tests: red, reviews: [yes, yes, yes] }, 'continue', ['sum.test.js > adds']],
  ['red tests without a reason', { tests: { ...red, objections: [] }, reviews: [yes, yes, yes] }, 'continue', ['tests']],
  ['the worker says it is not done', { receipt: receipt(false), reviews: [yes, yes, yes] }, 'continue', ['criterion adds']],
  ['the worker says it is done', { receipt: receipt(true), reviews: [no, no, yes] }, 'continue', ['criterion doubles']],
  [
    'a claim about no criterion',
    { receipt: { summary: '', claims: [{ criterion: 'x', done: false, evidence: '' }] }, reviews: [yes, yes] },
    'complete',
    [],
  ],
  ['one p0 with confidence 0.8 against two approvals', { reviews: [yes, veto, yes] }, 'continue', ['p0 sum.js']],
  ['one p0 with less confidence against two approvals', { reviews: [yes, unsureFault, yes] }, 'complete', []],
  ['one contradicted criterion against two approvals', { reviews: [yes, yes, contradicted] }, 'continue', ['criterion doubles']],
  ['a contradiction that shows nothing is a doubt', { reviews: [yes, yes, accused] }, 'complete', []],
  ['too few approvals, something is missing', { reviews: [yes, no, failed] }, 'continue', ['criterion doubles']],
  ['too few approvals, a p1', { reviews: [fault, doubt, yes] }, 'continue', ['p1 sum.js']],
  ['too few approvals, an unsure p0', { reviews: [unsureFault, failed, yes] }, 'continue', ['p0 sum.js']],
  ['too many reviewers failed', { reviews: [yes, failed, failed] }, 'needs a person', ['Reviewer 2', 'Reviewer 3']],
  ['all failed', { reviews: [failed, failed, failed] }, 'needs a person', ['Reviewer 1', 'Reviewer 2', 'Reviewer 3']],
  ['nobody could tell', { reviews: [doubt, doubt, doubt] }, 'needs a person', ['criterion doubles']],
  ['a criterion left out is unverified', { reviews: [left, left, yes] }, 'needs a person', ['criterion doubles']],
  ['the worst of two words about a criterion counts', { reviews: [twofold, twofold, yes] }, 'continue', ['criterion doubles']],
  [
    'proven without evidence is unverified',
    { reviews: [unshown, unshown, yes] },
    'needs a person',
    ['criterion adds', 'criterion doubles'],
  ],
  ['nobody was asked', { reviews: [] }, 'needs a person', []],
  ['nobody was asked, and nobody had to be', { reviews: [], quorum: 0 }, 'needs a person', []],
  ['both of two must approve', { reviews: [yes, no] }, 'continue', ['criterion doubles']],
  ['both of two approve', { reviews: [yes, yes] }, 'complete', []],
])('%s', (_, known, decision, objections) => {
  const reduced = decide(known)
  expect({ decision: reduced.decision, objections: ids(reduced) }).toEqual({ decision, objections })
})

test.each<[string, string[][], Reduced['decision']]>([
  ['the first time', [], 'continue'],
  ['the second time', [['criterion doubles']], 'continue'],
  ['the third time in a row', [['criterion doubles'], ['criterion doubles']], 'blocked'],
  ['the third time among others that changed', [['criterion doubles'], ['y', 'criterion doubles']], 'blocked'],
  ['the third time, and there were more', [['criterion doubles', 'criterion adds'], ['criterion doubles']], 'continue'],
  ['the third time, and not in a row', [['criterion doubles'], ['criterion adds'], ['criterion doubles']], 'continue'],
  ['long ago and now', [['criterion doubles'], ['criterion doubles'], ['x'], ['y']], 'continue'],
])('the same objection %s', (_, before, decision) => {
  expect(decide({ reviews: [yes, no, no], before }).decision).toBe(decision)
})

test('what is complete is never blocked by what came before, and a doubt is never taken for an objection', () => {
  const before = [['criterion doubles'], ['criterion doubles']]
  expect(decide({ reviews: [yes, yes, no], before }).decision).toBe('complete')
  expect(decide({ reviews: [doubt, doubt, yes], before }).decision).toBe('needs a person')
  expect(
    decide({ tests: red, reviews: [yes, yes, yes], before: [ids(decide({ tests: red })), ids(decide({ tests: red }))] }).decision,
  ).toBe('blocked')
})

test('green tests are better than red ones, fewer objections than more, and a doubt than an objection', () => {
  const many = said('missing', 'missing', [found('p1', 1), found('p1', 1, 'other.js')])
  const scores = [
    decide({ tests: { ...red, score: -3 } }),
    decide({ tests: red }),
    decide({ receipt: undefined }),
    decide({ receipt: { summary: '', claims: criteria.map(({ id }) => ({ criterion: id, done: false, evidence: '' })) } }),
    decide({ reviews: [many, many, many] }),
    decide({ reviews: [no, no, no] }),
    decide({ reviews: [doubt, doubt, doubt] }),
    decide({ reviews: [yes, yes, yes] }),
  ].map(({ score }) => score)
  for (const [index, score] of scores.slice(1).entries()) expect(score).toBeGreaterThanOrEqual(scores[index]! + 0.5)
})

test('what several reviewers say of the same thing is one objection with the words of all', () => {
  const { objections } = decide({ reviews: [no, no, no] })
  expect(objections).toEqual([
    { id: 'criterion doubles', text: expect.stringMatching(/Reviewer 1: missing\. sum\.js:1\nReviewer 2.*\nReviewer 3/) },
  ])
  expect(decide({ reviews: [yes, yes, no] }).why).toContain('2 of 3 reviewers approved. Objected all the same: criterion doubles.')
})

test.each([
  ['words', 'looks good to me'],
  ['a yes', { approved: true }],
  ['an unknown verdict', { criteria: [{ criterion: 'adds', verdict: 'fine', evidence: 'x' }], findings: [] }],
  ['a confidence over 1', { criteria: [], findings: [{ text: 'x', confidence: 7, priority: 'p0' }] }],
  ['a confidence that is no number', { criteria: [], findings: [{ text: 'x', confidence: Number.NaN, priority: 'p0' }] }],
  ['an unknown priority', { criteria: [], findings: [{ text: 'x', confidence: 1, priority: 'high' }] }],
  ['no findings', { criteria: [] }],
])('%s is no review', (_, value) => {
  expect(Review.safeParse(value).success).toBe(false)
})
