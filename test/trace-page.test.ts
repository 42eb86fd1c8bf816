import { expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { tracePage } from '../client/page/page.ts'
import { headline } from '../client/trace/lines.ts'
import { type TraceOf, type TraceRecord } from '../contract/trace.ts'
import { ofKind, recordedTrace } from './support/traces.ts'

const hostile = `</style></pre><script>alert(1)</script><img src=x onerror="alert(2)"> \u001b[31mred\u001b[0m \u202Egpj.exe\u2066 \u200bhidden &amp; '"`

/** Every text of a value replaced by a hostile one, but those that name what it is. */
function poisoned<T>(value: T, key = ''): T {
  if (typeof value === 'string') return (['kind', 'status', 'charged', 'role', 'via'].includes(key) ? value : `${value}${hostile}`) as T
  if (Array.isArray(value)) return value.map((item) => poisoned(item)) as T
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).map(([name, member]) => [key === 'prices' ? `${name}${hostile}` : name, poisoned(member, name)])
  return Object.fromEntries(members) as T
}

const decision: TraceOf<'decision'> = {
  ...{ kind: 'decision', gate: 'loop#1/attempt#1/gate#1', at: 1, by: 'ada', via: 'update', answer: 'no', note: 'why', accepted: true },
  ...{ digest: 'd', question: 'Accept?', shown: { files: ['a'] }, proven: false, waitedMilliseconds: 90_000 },
}
const message: TraceOf<'message'> = {
  kind: 'message',
  message: 'steer',
  at: 1,
  by: 'bob',
  via: 'signal',
  content: { text: 'x' },
  accepted: null,
}

test('whatever models, repositories and people write stays text: nothing of it is markup, loads, runs, colours, reverses or hides', async () => {
  const records = [...(await recordedTrace('accepted-with-a-model'))]
  records.splice(-1, 0, decision, message)
  const clean = tracePage(records)
  const page = tracePage(poisoned(records))
  // Names of tags and of their attributes; text holds no `<`.
  const markup = (text: string) => {
    const tags = text.match(/<[^>]*>/g) ?? []
    return new Set(tags.flatMap((tag) => tag.replaceAll(/"[^"]*"/g, '').match(/[^\s<>]+/g) ?? []))
  }
  expect(markup(page)).toEqual(markup(clean))
  expect(markup(clean)).not.toContain('script')
  expect(page).not.toMatch(/url\(|@import/i)
  expect(page).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page.match(/<style>/g)).toHaveLength(1)
  // The one style is allowed by its hash, and nothing else at all.
  const [, css = ''] = /<style>([^]*?)<\/style>/.exec(page) ?? []
  const hash = createHash('sha256').update(css).digest('base64')
  expect(page.replaceAll('&#39;', "'")).toContain(`Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}';`)
  for (const record of poisoned(records)) expect(headline(record)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u)
})

test('the page shows outcome, spend by model and stage, objections, decisions and the diff with its colours', async () => {
  const records = await recordedTrace('accepted-with-a-model')
  const page = tracePage([...records.slice(0, -1), decision, records.at(-1)!])
  expect(page).toContain('<span class="status accepted">accepted</span> Attempt 1 was accepted.')
  expect(page).toMatch(/<td>openai\/scripted<\/td>\s*<td>3<\/td>/)
  expect(page).toMatch(/<td>fix<\/td>\s*<td>3<\/td>/)
  expect(page).toContain('<span class="objection">sum.test.js &gt; adds</span>')
  expect(page).toContain('<span class="added">+export const add = (a, b) =&gt; a + b')
  expect(page).toContain('ada answered no to “Accept?”: why')
  expect(page).toContain('NOT what its digest says')
  expect(page).not.toContain('price unknown')
  expect(tracePage(records)).toBe(tracePage(await recordedTrace('accepted-with-a-model')))
})

test('an unknown price is said as such in every table, and never is $0', async () => {
  const records = (await recordedTrace('accepted-with-a-model')).map((record): TraceRecord => {
    if (record.kind === 'run') return { ...record, prices: { 'openai/scripted': null } }
    if (record.kind === 'model') return { ...record, cost: { ...record.cost, microDollars: null } }
    return record.kind === 'end' ? { ...record, counted: { ...record.counted, unpriced: 3 } } : record
  })
  const page = tracePage(records)
  expect(page).toMatch(/<td>openai\/scripted<\/td>\s*<td>3<\/td>\s*<td>0<\/td>\s*<td>\d+<\/td>\s*<td>price unknown<\/td>/)
  expect(page).toContain('openai/scripted: price unknown')
})

test('a run of 300 turns with long texts is a page under 5 MB, and what is cut is named by its hash', async () => {
  const records = await recordedTrace('accepted-with-a-model')
  const [run, end] = [records[0]!, records.at(-1)!]
  const [model, tool] = [ofKind(records, 'model')[0]!, ofKind(records, 'tool')[0]!]
  const long = { sha256: 'e'.repeat(64), bytes: 20_000, text: '<&>"x'.repeat(4_000) }
  const turns = Array.from({ length: 300 }, (_, index): TraceRecord[] => {
    const turn = `loop#1/attempt#1/fix#1/turn#${index + 1}`
    return [
      { ...model, path: `${turn}/ask#1`, said: long },
      { ...tool, path: `${turn}/read#1`, result: long },
    ]
  })
  const page = tracePage([run, ...turns.flat(), end])
  expect(Buffer.byteLength(page)).toBeLessThan(5_000_000)
  expect(page).toContain(`the whole has the SHA-256 ${'e'.repeat(64)}`)
  expect(page).toContain('turn 300')
})
