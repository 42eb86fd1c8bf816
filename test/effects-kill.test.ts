import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type ChildProcess } from 'node:child_process'
import { type WorkflowHandle } from '@temporalio/client'
import { type EffectBench, openEffectBench } from './support/effects.ts'

// Worker processes start slowly on a busy machine.
jest.setTimeout(360_000)

let bench: EffectBench
beforeAll(async () => {
  bench = await openEffectBench()
})
afterAll(() => bench.close())

/** Between which records of an effect a worker is killed: what must be repeated, what can be found, what nobody can know. */
const points = {
  charge: ['before-end'],
  comment: ['after-intent', 'before-end'],
  mail: ['before-intent', 'after-intent', 'before-end', 'after-end'],
}
type Tool = keyof typeof points

/** One run per point on a queue of its own, begun by a worker that strikes itself there. */
async function struck(tool: Tool, how: 'die' | 'freeze', at = points[tool]): Promise<[string, WorkflowHandle, ChildProcess, string][]> {
  return Promise.all(
    at.map(async (point) => {
      const queue = `${tool}-${point}-${randomUUID()}`
      const worker = await bench.worker(`${how}:${point}`, [queue])
      return [point, await bench.start([{ tool, text: `${how} ${point}` }], undefined, queue), worker, queue] as [
        string,
        WorkflowHandle,
        ChildProcess,
        string,
      ]
    }),
  )
}

async function ended(worker: ChildProcess): Promise<void> {
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit')
}

for (const tool of ['charge', 'comment', 'mail'] as const) {
  test(`wherever a worker is killed in the middle of a ${tool}, it happens once${tool === 'mail' ? ', and a person is asked exactly where nobody can know' : ''}`, async () => {
    const cases = await struck(tool, 'die')
    await Promise.all(cases.map(([, , worker]) => ended(worker)))
    const spare = await bench.worker(
      '',
      cases.map(([, , , queue]) => queue),
    )
    for (const [point, run] of cases) {
      const doubtful = tool === 'mail' && ['after-intent', 'before-end'].includes(point)
      // Only the recorder knows, and the person who looks at it.
      if (doubtful) await bench.decide(run, bench.recorder.times(tool, `die ${point}`) > 0 ? 'yes' : 'no')
      const [result] = await bench.results(run)
      expect([point, bench.recorder.times(tool, `die ${point}`)]).toEqual([point, 1])
      expect([point, result?.receipt?.happened, result?.failed]).toEqual([point, 'yes', undefined])
    }
    spare.kill('SIGKILL')
  })
}

test('a worker that was frozen before its effect and thaws after another has done it does nothing', async () => {
  const cases = await Promise.all(
    (['comment', 'mail', 'charge'] as const).map(async (tool) => [tool, ...(await struck(tool, 'freeze', ['after-intent']))[0]!] as const),
  )
  const spare = await bench.worker(
    '',
    cases.map(([, , , , queue]) => queue),
  )
  for (const [tool, point, run] of cases) {
    if (tool === 'mail') await bench.decide(run, 'no')
    await run.result()
    expect([tool, bench.recorder.times(tool, `freeze ${point}`)]).toEqual([tool, 1])
  }
  // Asked to end, a worker first ends what it was doing: after that nothing can come any more.
  for (const [, , , zombie] of cases) {
    zombie.kill('SIGCONT')
    zombie.kill('SIGTERM')
    await ended(zombie)
  }
  for (const [tool, point] of cases) expect([tool, bench.recorder.times(tool, `freeze ${point}`)]).toEqual([tool, 1])
  spare.kill('SIGKILL')
})
