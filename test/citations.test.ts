import { expect, test } from '@jest/globals'
import { citationProblems, type Cited } from '../contract/citations.ts'
import { type Passage } from '../contract/retrieval.ts'
import { all, any, rules } from '../workflows/core/verifiers.ts'
import { citations } from '../workflows/core/citations.ts'

const passage = (id: string, text: string): Passage => ({ id, source: id.split('#')[0]!, lines: [1, 2], text })
const passages = [
  passage('a.md#1-2', 'A refund is possible\nfor 30 days.   The buyer is unable to return opened boxes.'),
  passage('b.md#1-1', '返品は三十日以内に可能です。それ以降はできません。'),
  passage('c.md#1-1', 'Yes.'),
]
const cited = (quote: string, id = 'a.md#1-2'): Cited => ({ answer: '30 days.', notFound: false, citations: [{ passage: id, quote }] })
const wrong = (candidate: Cited, mayBeNotFound = true) => citationProblems(candidate, passages, mayBeNotFound).map(({ text }) => text)

test.each([
  ['word for word', cited('A refund is possible')],
  ['over a line break, with other white space', cited('  is possible for\t30 days. The buyer ')],
  ['a script without spaces', cited('三十日以内に可能です。', 'b.md#1-1')],
  ['the whole of a short passage', cited('Yes.', 'c.md#1-1')],
])('a quote that stands there is believed: %s', (_, candidate) => {
  expect(wrong(candidate)).toEqual([])
})

test.each([
  ['a changed word', cited('A refund is impossible'), 'do not stand in a.md#1-2'],
  ['another order', cited('possible is A refund'), 'do not stand in a.md#1-2'],
  ['another case', cited('a refund is possible'), 'do not stand in a.md#1-2'],
  ['something left out', cited('A refund is for 30 days'), 'do not stand in a.md#1-2'],
  ['dots around it', cited('… A refund is possible …'), 'do not stand in a.md#1-2'],
  ['dots for what is left out', cited('A refund … 30 days'), 'do not stand in a.md#1-2'],
  ['a part of a word', cited('able to return opened boxes'), 'do not stand in a.md#1-2'],
  ['a number cut short', cited('possible for 3'), 'do not stand in a.md#1-2'],
  ['words of another passage', cited('A refund is possible', 'c.md#1-1'), 'do not stand in c.md#1-1'],
  ['a passage that was never retrieved', cited('A refund is possible', 'z.md#1-2'), 'No passage "z.md#1-2" was retrieved'],
  ['the file in place of the passage', cited('A refund is possible', 'a.md'), 'No passage "a.md" was retrieved'],
  ['a member that every object has', cited('A refund is possible', 'constructor'), 'No passage "constructor"'],
  ['nothing', cited('   '), 'too short'],
  ['too little', cited('30 days'), 'too short'],
])('a quote that does not stand there is refused: %s', (_, candidate, says) => {
  expect(wrong(candidate)).toEqual([expect.stringContaining(says)])
})

test('one wrong quote among right ones is one too many', () => {
  const both = { ...cited(''), citations: [...cited('A refund is possible').citations, ...cited('A refund is certain').citations] }
  expect(wrong(both)).toEqual([expect.stringContaining('do not stand')])
})

test('an answer rests on something, or says that nothing was found and cites nothing', () => {
  const none: Cited = { answer: 'It is not said.', notFound: true, citations: [] }
  expect(wrong(none)).toEqual([])
  expect(wrong(none, false)).toEqual([expect.stringContaining('judged to have the answer')])
  expect(wrong({ ...none, notFound: false })).toEqual([expect.stringContaining('cites nothing')])
  expect(wrong({ ...none, ...cited('A refund is possible'), notFound: true })).toEqual([expect.stringContaining('and cites')])
  expect(wrong({ ...cited('A refund is possible'), answer: ' ' })).toEqual(['There is none.'])
})

test('it combines with the other verifiers', async () => {
  const short = rules<Cited>({ short: ({ answer }) => (answer.length > 20 ? 'too long' : undefined) })
  const good = cited('A refund is possible')
  const bad = cited('A refund is impossible')
  const check = citations({ passages })
  expect(await all(check, short)(good)).toMatchObject({ accepted: true })
  expect(await all(check, short)(bad)).toMatchObject({ accepted: false, objections: [{ id: 'a.md#1-2: A refund is impossible' }] })
  expect(await all(check, short)({ ...good, answer: 'x'.repeat(21) })).toMatchObject({ accepted: false, objections: [{ id: 'short' }] })
  expect(await any(check, short)(bad)).toMatchObject({ accepted: true })
})
