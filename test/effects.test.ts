import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { type WorkflowHandle } from '@temporalio/client'
import { type Status } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type EffectBench, openEffectBench } from './support/effects.ts'
import { type Came, type Fault } from './support/recorder.ts'

// Worker processes start slowly on a busy machine.
jest.setTimeout(180_000)

let bench: EffectBench
/** What the recorder does, by the first word of what it is told. */
const faults: Record<string, (came: Came, times: number) => Fault | undefined> = {}
/** Runs that take long are all started first, so that their waiting overlaps. */
const runs: Record<string, WorkflowHandle> = {}
const came = (text: string) => bench.recorder.came.filter((request) => wordOf(request.text) === text)
/** Of a text with a marker, and of the marker alone: `effects-…/0/comment#1` names the run, the run its text. */
const wordOf = (text: string) => text.split(' [')[0]!

beforeAll(async () => {
  bench = await openEffectBench()
  const { recorder } = bench
  recorder.fault = (request) => faults[wordOf(request.text)]?.(request, came(wordOf(request.text)).length)
  await bench.worker()
  const start = async (tool: string, word: string, fault?: (typeof faults)[string], carried?: unknown) => {
    if (fault) faults[word] = fault
    runs[word] = await bench.start([{ tool, text: word }], carried)
  }
  await start('charge', 'twice-down', (_, times) => (times < 3 ? { status: 503 } : undefined))
  await start('charge', 'answer-lost', (_, times) => (times < 3 ? { answer: 500 } : undefined))
  await start('comment', 'first-refused-by-the-server', (_, times) => (times < 2 ? { status: 500 } : undefined))
  await start('comment', 'written-and-500', () => ({ answer: 500 }))
  await start('comment', 'written-and-500-seam', () => ({ answer: 500 }), { seamEvery: 1 })
  await start('comment', 'never-written', () => ({ status: 500 }))
  await start('comment', 'too-slow', () => ({ answer: 'none' }))
  await start('mail', 'sent-and-500', () => ({ answer: 500 }))
  await start('mail', 'lost-and-500', (_, times) => (times < 2 ? { status: 500 } : undefined))
  await start('mail', 'lost-seam', (_, times) => (times < 2 ? { status: 500 } : undefined), { seamEvery: 1 })
  await start('mail', 'nobody-wants-it', () => ({ answer: 500 }))
  await start('mail', 'asked-while-paused', () => ({ answer: 500 }))
})
afterAll(() => bench.close())

const times = (kind: 'charge' | 'comment' | 'mail', word: string) => bench.recorder.times(kind, word)
const first = async (word: string) => (await bench.results(runs[word]!))[0]!

const all = [
  { tool: 'look' },
  { tool: 'charge', text: 'ten' },
  { tool: 'comment', text: 'done' },
  { tool: 'mail', text: 'hello' },
  { tool: 'look' },
]
for (const carried of [undefined, { seamEvery: 1 }, { seamEvery: 2 }]) {
  test(`a tool of each class does its effect once, and its result says so${carried ? `, also when the run continues as new after every ${carried.seamEvery} steps` : ''}`, async () => {
    const name = `each${carried?.seamEvery ?? ''}`
    const run = await bench.start(
      all.map(({ tool, text }) => ({ tool, ...(text === undefined ? {} : { text: `${name}-${text}` }) })),
      carried,
    )
    const results = await bench.results(run)
    expect(results.map(({ failed }) => failed)).toEqual(all.map(() => undefined))
    expect([times('charge', `${name}-ten`), times('comment', `${name}-done`), times('mail', `${name}-hello`)]).toEqual([1, 1, 1])
    expect(results.map(({ receipt }) => receipt)).toEqual([
      undefined,
      { effect: `${run.workflowId}/0/charge#1`, tool: 'charge', class: 'keyed', happened: 'yes', how: 'performed', attempts: 1 },
      { effect: `${run.workflowId}/0/comment#1`, tool: 'comment', class: 'findable', happened: 'yes', how: 'performed', attempts: 1 },
      { effect: `${run.workflowId}/0/mail#1`, tool: 'mail', class: 'once', happened: 'yes', how: 'performed', attempts: 1 },
      undefined,
    ])
    const { effects } = await bench.certificate((await run.result()) as Outcome<unknown>)
    expect(effects).toEqual(results.flatMap(({ receipt }) => receipt ?? []))
  })
}

test('a tool that nobody registered fails the run before it does anything, and says which there are', async () => {
  const run = await bench.start([{ tool: 'fax', text: 'hello' }])
  await expect(run.result()).rejects.toMatchObject({
    cause: { type: 'UnknownTool', message: expect.stringContaining('there are: look, charge, comment, mail') },
  })
})

test('arguments that do not fit and what a tool refuses are results that the model reads, and nothing happened', async () => {
  faults['refused'] = () => ({ status: 422 })
  const run = await bench.start([{ tool: 'mail' }, { tool: 'mail', text: 'refused' }, { tool: 'comment', text: 'refused' }])
  const [unfit, mail, comment] = await bench.results(run)
  expect(unfit).toEqual({ failed: true, text: expect.stringContaining('do not fit mail') })
  expect(mail).toMatchObject({ failed: true, text: '/mails refused it.', receipt: { happened: 'no', how: 'refused', attempts: 1 } })
  expect(comment).toMatchObject({ failed: true, receipt: { happened: 'no', how: 'refused', attempts: 1 } })
  expect(times('mail', 'refused') + times('comment', 'refused')).toBe(0)
})

test('a keyed effect is repeated until it is answered, with the same key, and happens once', async () => {
  for (const word of ['twice-down', 'answer-lost']) {
    expect(await first(word)).toMatchObject({ receipt: { happened: 'yes', how: 'performed' } })
    expect(times('charge', word)).toBe(1)
    expect(came(word)).toHaveLength(3)
    expect(new Set(came(word).map(({ key }) => key)).size).toBe(1)
  }
})

test('a findable effect that was done although the server failed is found, and not done again', async () => {
  for (const word of ['written-and-500', 'written-and-500-seam', 'too-slow']) {
    expect(await first(word)).toMatchObject({
      text: expect.stringContaining('There is a comment'),
      receipt: { happened: 'yes', how: 'found' },
    })
    expect(times('comment', word)).toBe(1)
    expect(came(word)).toHaveLength(1)
  }
})

test('a findable effect that is not found is done again, and given up after five tries', async () => {
  expect(await first('first-refused-by-the-server')).toMatchObject({ receipt: { happened: 'yes', how: 'performed', attempts: 2 } })
  expect(times('comment', 'first-refused-by-the-server')).toBe(1)
  expect(await first('never-written')).toMatchObject({
    failed: true,
    text: expect.stringContaining('tried 5 times'),
    receipt: { happened: 'no', how: 'not found', attempts: 5 },
  })
  expect(times('comment', 'never-written')).toBe(0)
})

test('a doubt about a mail is put to a person: their yes is the result, and it is not sent again', async () => {
  const run = runs['sent-and-500']!
  const { question, show } = await bench.gate(run)
  expect(question).toContain(`Nobody knows whether this was done: mail sent-and-500 (run ${run.workflowId}, mail#1`)
  expect(show).toMatchObject({ tool: 'mail', argument: { text: 'sent-and-500' }, effect: `${run.workflowId}/0/mail#1` })
  await bench.decide(run, 'yes', 'I have it.')
  expect(await first('sent-and-500')).toMatchObject({
    text: 'ada says that it happened. I have it.',
    receipt: { happened: 'yes', how: 'told by ada' },
  })
  expect(came('sent-and-500')).toHaveLength(1)
})

for (const word of ['lost-and-500', 'lost-seam']) {
  test(`a person’s no has the mail sent again under a new id, once${word === 'lost-seam' ? ', also over continuations' : ''}`, async () => {
    const run = runs[word]!
    await bench.decide(run, 'no')
    expect(await first(word)).toMatchObject({ receipt: { effect: `${run.workflowId}/1/mail#1`, happened: 'yes', how: 'performed' } })
    expect(times('mail', word)).toBe(1)
    const { effects } = await bench.certificate((await run.result()) as Outcome<unknown>)
    expect(effects).toMatchObject([
      { effect: `${run.workflowId}/0/mail#1`, happened: 'no', how: 'told by ada' },
      { effect: `${run.workflowId}/1/mail#1`, happened: 'yes' },
    ])
  })
}

test('a person’s stop at a doubt ends the run as declined, and the doubt is stated', async () => {
  const run = runs['nobody-wants-it']!
  await bench.decide(run, 'stop')
  const outcome = (await run.result()) as Outcome<unknown>
  expect(outcome).toMatchObject({
    status: 'stopped',
    reason: 'declined',
    why: expect.stringContaining('Nobody knows whether mail did its work'),
  })
  expect((await bench.certificate(outcome)).effects).toMatchObject([{ happened: 'unknown', how: 'not known' }])
})

test('the question is answered while the run is paused, and what follows waits', async () => {
  const run = runs['asked-while-paused']!
  await bench.gate(run)
  await run.executeUpdate('pause', { args: [{}] })
  expect(await bench.decide(run, 'no')).toEqual({ accepted: true })
  expect((await run.query<Status>('status')).status).toBe('paused')
  expect(came('asked-while-paused')).toHaveLength(1)
  await run.executeUpdate('resume', { args: [{}] })
  await bench.decide(run, 'yes')
  await run.result()
  expect(came('asked-while-paused')).toHaveLength(2)
})

test('pause now in the middle of an effect waits until nothing of it is in flight before anybody looks: it happens once', async () => {
  const words = ['late-comment', 'late-charge']
  for (const word of words) faults[word] = (_, count) => (count < 2 ? { delayMilliseconds: 4_500 } : undefined)
  const started = await Promise.all(words.map((text) => bench.start([{ tool: text.slice(5), text }])))
  await bench.recorder.when(() => words.every((word) => came(word).length > 0))
  await Promise.all(started.map((run) => run.executeUpdate('pause', { args: [{ now: true }] })))
  await Promise.all(started.map((run) => run.executeUpdate('resume', { args: [{}] })))
  for (const run of started) expect((await bench.results(run))[0]).toMatchObject({ receipt: { happened: 'yes' } })
  // What comes late must have come before it is counted.
  await bench.recorder.when(({ pending }) => pending === 0)
  expect([times('comment', 'late-comment'), times('charge', 'late-charge')]).toEqual([1, 1])
})

test('a run that is stopped in the middle of an effect says that nobody knows, in its outcome and in its certificate', async () => {
  faults['cut-off'] = () => ({ answer: 'none' })
  const run = await bench.start([{ tool: 'mail', text: 'cut-off' }])
  await bench.recorder.when(() => times('mail', 'cut-off') > 0)
  await run.cancel()
  const outcome = (await run.result()) as Outcome<unknown>
  expect(outcome).toMatchObject({
    status: 'stopped',
    reason: 'cancelled',
    why: expect.stringContaining('Nobody knows whether mail did its work'),
  })
  expect((await bench.certificate(outcome)).effects).toMatchObject([{ effect: `${run.workflowId}/0/mail#1`, happened: 'unknown' }])
})
