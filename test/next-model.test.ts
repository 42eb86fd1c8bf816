import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type WorkflowHandle } from '@temporalio/client'
import { type Reply, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

const good = '{"answer":4}'
const error = (status: number, message = 'because', retryAfter?: number): Reply => ({
  error: { status, body: { error: { message } }, ...(retryAfter === undefined ? {} : { retryAfter }) },
})

/**
 * Each: what the first model of a chain answers (the last reply again and again), how often it is asked, whether the next one is, and the seconds waited in
 * between. Each has a provider of its own, so that none is skipped for another's failures.
 */
const rows: Record<string, { replies: Reply[]; asked: number; next: boolean; types: string[]; waits: number[] }> = {
  busy: { replies: [error(429, 'slow down', 3), good], asked: 2, next: false, types: ['RateLimited'], waits: [3] },
  always_busy: { replies: [error(429, 'slow down', 1)], asked: 3, next: true, types: Array(3).fill('RateLimited'), waits: [1, 1] },
  broken: { replies: [error(503)], asked: 3, next: true, types: Array(3).fill('ServerError'), waits: [1, 2] },
  cut: {
    replies: [{ text: 'x'.repeat(900), cutAfterBytes: 300 }],
    asked: 3,
    next: true,
    types: Array(3).fill('ConnectionFailed'),
    waits: [1, 2],
  },
  slow: { replies: [error(408)], asked: 3, next: true, types: Array(3).fill('TimedOut'), waits: [1, 2] },
  locked: { replies: [error(401)], asked: 1, next: true, types: ['Unauthorized'], waits: [] },
  forbidden: { replies: [error(403)], asked: 1, next: true, types: ['Unauthorized'], waits: [] },
  missing: { replies: [error(404)], asked: 1, next: true, types: ['ModelNotFound'], waits: [] },
  long: { replies: [error(400, 'maximum context length is 8192 tokens')], asked: 1, next: true, types: ['ContextOverflow'], waits: [] },
  // A refused request may be a refused way of asking for JSON: every way is tried once.
  wrong: { replies: [error(400)], asked: 4, next: true, types: Array(4).fill('BadRequest'), waits: [] },
  unprocessable: { replies: [error(422)], asked: 4, next: true, types: Array(4).fill('BadRequest'), waits: [] },
  refusing: { replies: [{ refusal: 'I will not.' }], asked: 1, next: false, types: ['Refused'], waits: [] },
  filtered: { replies: [{ text: 'Well', finish: 'content_filter' }], asked: 1, next: false, types: ['Refused'], waits: [] },
  misfit: { replies: ['{"answer":"four"}'], asked: 4, next: false, types: [], waits: [] },
}

let bench: CoreBench
let server: ScriptedServer
const runs: Record<string, WorkflowHandle> = {}
const countOf = (model: string) => server.counts.byModel[model] ?? 0

beforeAll(async () => {
  server = await startScriptedServer({
    script: ({ model }) => {
      const replies = rows[model]?.replies
      return replies?.[countOf(model) - 1] ?? replies?.at(-1) ?? (model === 'hangs' ? { hang: true } : good)
    },
  })
  const names = [...Object.keys(rows), 'hangs', 'next']
  const urls = names.map((name) => [`LOOPWRIGHT_PROVIDER_${name.toUpperCase()}_URL`, server.url])
  bench = await openBench('./workflows/values.ts', Object.fromEntries(urls))
  // All at once, because most of their time is waiting.
  for (const name of [...Object.keys(rows), 'hangs'])
    runs[name] = await bench.start('valuing', { models: [`${name}/${name}`, `next/after-${name}`], schema: 'simple' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

/** What the history says of a run's tries and of its waits. */
async function recorded(run: WorkflowHandle) {
  const events = (await run.fetchHistory()).events ?? []
  const scheduled = events.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name)
  const failed = events.map((event) => event.activityTaskFailedEventAttributes?.failure?.applicationFailureInfo?.type)
  const waits = events.flatMap(({ timerStartedEventAttributes: timer, userMetadata }) =>
    timer &&
    Buffer.from(userMetadata?.summary?.data ?? '')
      .toString()
      .includes('wait: ')
      ? [Number(timer.startToFireTimeout?.seconds)]
      : [],
  )
  return { tries: scheduled.filter((name) => name === 'callModel').length, types: failed.filter(Boolean), waits }
}

test.each(Object.entries(rows))(
  'a first model that fails is asked as often as its class says, and every try is recorded: %s',
  async (name, row) => {
    const run = runs[name]!
    const works = row.next || row.replies.includes(good)
    if (works) expect(await run.result()).toMatchObject({ status: 'accepted', value: [{ answer: 4 }] })
    else await expect(run.result()).rejects.toMatchObject({ cause: { type: name === 'misfit' ? 'OutputMismatch' : 'ModelFailed' } })
    expect([countOf(name), countOf(`after-${name}`)]).toEqual([row.asked, row.next ? 1 : 0])
    const { tries, types, waits } = await recorded(run)
    expect(tries).toBe(row.asked + (row.next ? 1 : 0))
    expect(types).toEqual(row.types)
    expect(waits).toEqual(row.waits)
  },
)

test('a run that is stopped while its first model hangs asks no other', async () => {
  const run = runs['hangs']!
  await server.when(({ byModel }) => (byModel['hangs'] ?? 0) > 0)
  await run.cancel()
  expect(await run.result()).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  expect([countOf('hangs'), countOf('after-hangs')]).toEqual([1, 0])
})
