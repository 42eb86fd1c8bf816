import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Gate, type Status } from '../contract/messages.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const cases: [string, object][] = [
  ['counting', { target: 4 }],
  ['counting', { target: 9, limits: { attempts: 3 } }],
  ['counting', { target: 2, step: 0, limits: { stalls: 3 } }],
  ['branching', { branches: 3, target: 2 }],
  ['slow', { steps: 7 }],
]

for (const [type, input] of cases) {
  for (const seamEvery of [1, 2, 3]) {
    test(`${type} ${JSON.stringify(input)} ends alike when it continues as new after every ${seamEvery} steps`, async () => {
      const whole = await bench.start(type, input)
      const forced = await bench.start(type, input, { seamEvery })
      const [one, other] = [await whole.result(), await forced.result()]
      expect(comparable(other)).toEqual(comparable(one))
      expect(await steps(forced.workflowId)).toEqual(await steps(whole.workflowId))
    })
  }
}

for (const [seamEvery, characters] of [
  [1, 10],
  [2, 2_000],
  [3, 3_000],
] as const) {
  test(`a gate stays open, and ${characters} times six characters of any script are carried, when the run continues as new after every ${seamEvery} steps`, async () => {
    const run = await bench.start('holding', { steps: 6, characters }, { seamEvery })
    let gate: Gate | undefined
    let continued = 0
    while (!gate || continued < 1) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      ;[gate] = await run.query<Gate[]>('gates')
      continued = (await run.query<Status>('status')).continued
    }
    const decision = { gate: gate.gate, digest: gate.digest, answer: 'yes', id: 'one' }
    // Each of them hears the same answer, also while the run is ending; those that come after its end are the client's to answer.
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => run.executeUpdate('decide', { args: [decision] })))
    const heard = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    expect(heard.length).toBeGreaterThan(0)
    for (const answer of heard) expect(answer).toEqual({ accepted: true })
    expect(await run.result()).toMatchObject({ status: 'accepted', value: 6 * characters * 6 })
  })
}

test('who decides about a gate that does not open again after a continuation is told so', async () => {
  const run = await bench.start('counting', { target: 1, approve: true }, { gates: [['loop#1/attempt#9/gate#1', 1]] })
  const decision = { gate: 'loop#1/attempt#9/gate#1', digest: 'f'.repeat(64), answer: 'yes' }
  expect(await run.executeUpdate('decide', { args: [decision] })).toMatchObject({
    accepted: false,
    reason: expect.stringContaining('no open gate'),
  })
  await run.cancel()
})

/** What must not depend on continuing: everything but the clock and the certificate, which has times in it. */
function comparable(outcome: unknown): unknown {
  return JSON.parse(JSON.stringify(outcome, (key, value: unknown) => (key === 'milliseconds' || key === 'certificate' ? undefined : value)))
}

/** The ids of all activities of a run, its continuations included, sorted: each step exactly once. */
async function steps(workflowId: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { runId } of bench.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { events } = await bench.client.workflow.getHandle(workflowId, runId).fetchHistory()
    for (const event of events ?? []) {
      const id = event.activityTaskScheduledEventAttributes?.activityId
      if (id && !/^(preflight|certify|carry|restore)/.test(id)) ids.push(id)
    }
  }
  return ids.sort()
}
