import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import { z } from 'zod'
import { makeRepository } from './support/repository.ts'
import { endWorkers, startWorkerProcess } from './support/worker-process.ts'

const address = process.env.LOOPWRIGHT_TEST_ADDRESS!

afterEach(() => {
  endWorkers()
})

const Told = z.object({ progress: z.object({ looked: z.int() }) })

/** How many edits the heartbeats of a search say of in its given try, until it is more than `more`. */
async function searched(run: WorkflowHandle, attempt: number, more: number): Promise<number[]> {
  const heard: number[] = []
  while ((heard.at(-1) ?? 0) <= more) {
    const { raw } = await run.describe()
    for (const activity of raw.pendingActivities ?? []) {
      const [payload] = activity.heartbeatDetails?.payloads ?? []
      const told = Told.safeParse(payload && defaultPayloadConverter.fromPayload(payload))
      if (activity.attempt === attempt && told.success) heard.push(told.data.progress.looked)
    }
    await sleep(100)
  }
  return heard
}

/** No edit mends this, and its tests take their time. */
const slow = {
  'package.json': JSON.stringify({ name: 'slow', type: 'module', scripts: { test: 'node --test' } }),
  'slow.js': 'export const half = (a, b, c, d) => a + b + c + d - a * b + c * d\nexport const third = (a, b) => (a > b ? a - b : b - a)\n',
  'slow.test.js': `import assert from 'node:assert'
import test from 'node:test'
import { half, third } from './slow.js'
const wait = () => new Promise((resolve) => setTimeout(resolve, 700))
test('half', async () => {
  await wait()
  assert.equal(half(1, 2, 3, 4), 'never')
})
test('third', () => assert.equal(third(1, third(3, 1)), 'never'))
`,
}

test('a search whose worker is killed goes on where it was', async () => {
  const taskQueue = `repair-kill-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const first = startWorkerProcess(taskQueue, stateFolder)
  const connection = await Connection.connect({ address })
  const run = await new Client({ connection }).workflow.start('testAndFix', {
    taskQueue,
    workflowId: `testAndFix-${randomUUID()}`,
    args: [{ repo: makeRepository(slow), test: 'npm test', models: 'builtin/repair' }],
  })
  const before = (await searched(run, 1, 9)).at(-1)!
  first.kill('SIGKILL')
  startWorkerProcess(taskQueue, stateFolder)
  // A search that began anew would say of fewer edits first.
  const after = await searched(run, 2, before)
  expect(Math.min(...after)).toBeGreaterThanOrEqual(before)
  await run.terminate()
  await connection.close()
}, 180_000)
