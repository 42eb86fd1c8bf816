import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { z } from 'zod'
import { registered } from '../activities/effects/registry.ts'
import { type OwnTool } from '../activities/effects/tool.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type EffectBench, openEffectBench } from './support/effects.ts'

let bench: EffectBench
beforeEach(async () => {
  bench = await openEffectBench()
})
afterEach(() => bench.close())

const all = [
  { tool: 'look' },
  { tool: 'charge', text: 'ten' },
  { tool: 'comment', text: 'done' },
  { tool: 'mail', text: 'hello' },
  { tool: 'look' },
]
const kinds = () => bench.recorder.happened.map(({ kind }) => kind)

for (const carried of [undefined, { seamEvery: 1 }, { seamEvery: 2 }]) {
  test(`a tool of each class does its effect once, and its result says so${carried ? `, also when the run continues as new after every ${carried.seamEvery} steps` : ''}`, async () => {
    await bench.worker()
    const run = await bench.start(all, carried)
    const results = await bench.results(run)
    expect(kinds()).toEqual(['charge', 'comment', 'mail'])
    expect(results.map(({ text }) => text)).toEqual(['{"happened":0}', '{"number":1}', '{"number":2}', '{"number":3}', '{"happened":3}'])
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
  await bench.worker()
  const run = await bench.start([{ tool: 'fax', text: 'hello' }])
  await expect(run.result()).rejects.toMatchObject({
    cause: { type: 'UnknownTool', message: expect.stringContaining('there are: look, charge, comment, mail') },
  })
})

test('arguments that do not fit and what a tool refuses are results that the model reads, and nothing happened', async () => {
  bench.recorder.fault = () => ({ status: 422 })
  await bench.worker()
  const run = await bench.start([{ tool: 'mail' }, { tool: 'mail', text: 'hello' }, { tool: 'comment', text: 'hello' }])
  const [unfit, refused, comment] = await bench.results(run)
  expect(unfit).toEqual({ failed: true, text: expect.stringContaining('do not fit mail') })
  expect(refused).toMatchObject({ failed: true, text: '/mails refused it.', receipt: { happened: 'no', how: 'refused', attempts: 1 } })
  expect(comment).toMatchObject({ failed: true, receipt: { happened: 'no', how: 'refused' } })
  expect(kinds()).toEqual([])
})

const plain: OwnTool = { name: 'plain', description: 'x', arguments: z.strictObject({}), perform: async () => 'done' }
test.each<[string, OwnTool[], string]>([
  ['a name of Loopwright’s own', [{ ...plain, name: 'read' }], "one of Loopwright's own"],
  ['a name that no model may call', [{ ...plain, name: 'a tool' }], 'letters'],
  ['two of a name', [plain, plain], 'two of this name'],
  ['a class that there is not', [{ ...plain, class: 'twice' as 'once' }], 'no class "twice"'],
  ['findable without a find', [{ ...plain, class: 'findable' }], 'has a `find`'],
  ['no time', [{ ...plain, minutes: 0 }], 'minutes'],
  ['more than a history should hold', [{ ...plain, description: 'x'.repeat(20_000) }], 'bytes'],
])('a worker refuses to start with tools with %s', (_what, tools, why) => {
  expect(() => registered(tools)).toThrow(why)
})

// Where a worker dies in the middle of its first effect, and what is known of it then.
for (const tool of ['charge', 'comment', 'mail']) {
  for (const point of ['before-call', 'before-intent', 'after-intent', 'before-end', 'after-end']) {
    const doubtful = tool === 'mail' && ['after-intent', 'before-end'].includes(point)
    test(`a worker killed ${point} of a ${tool} loses nothing and does nothing twice${doubtful ? '; a person is asked' : ''}`, async () => {
      await bench.worker(`die:${point}`)
      const run = await bench.start([{ tool, text: 'one' }])
      await bench.worker()
      if (doubtful) await bench.decide(run, point === 'before-end' ? 'yes' : 'no')
      const [result] = await bench.results(run)
      expect(kinds()).toEqual([tool])
      expect(result).toMatchObject({ receipt: { happened: 'yes', ...(doubtful && point === 'before-end' ? { how: 'told by ada' } : {}) } })
      expect(result?.failed).toBeUndefined()
    })
  }
}
