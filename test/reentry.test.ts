import { afterAll, beforeAll, expect, test } from '@jest/globals'
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
