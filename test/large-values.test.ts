import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { connect } from '../client/index.ts'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { replayHistory } from '../workers/replay.ts'
import { folderStore } from '../store/folder.ts'
import { join } from 'node:path'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { testBundle } from './support/bundle.ts'
import { fileURLToPath } from 'node:url'
import { type CoreBench, openBench } from './support/core.ts'

const workflows = fileURLToPath(new URL('./support/workflows/reentry.ts', import.meta.url))
const characters = 100_000
let bench: CoreBench
beforeAll(async () => {
  bench = await openBench(workflows)
})
afterAll(() => bench.close())

for (const seamEvery of [undefined, 1, 2, 3]) {
  const when = seamEvery === undefined ? 'in one go' : `continuing as new after every ${seamEvery} steps`
  test(`a loop whose candidates have 200 kB ends accepted ${when}, and its history holds them by hash`, async () => {
    const input = { characters, accept: 3 }
    const run = await bench.start('writing', input, ...(seamEvery === undefined ? [] : [{ seamEvery }]))
    const outcome = (await run.result()) as Outcome<string>
    expect(outcome.status).toBe('accepted')
    expect(outcome.value).toBe(`3 ${'ü'.repeat(characters)}`)
    const { historySize, historyLength } = await run.describe()
    // Each event is small, whatever the candidates are.
    expect(Number(historySize) / historyLength).toBeLessThan(1_000)
  }, 60_000)
}

test('a loop that stops shows its best candidate of 200 kB, and a person decides about one', async () => {
  const stopped = await bench.start('writing', { characters, accept: 9, limits: { attempts: 2 } })
  expect(await stopped.result()).toMatchObject({ status: 'stopped', best: { attempt: 2, value: `2 ${'ü'.repeat(characters)}` } })

  const asked = await bench.start('writing', { characters, accept: 1, approve: true })
  let gate: Gate | undefined
  while (!gate) [gate] = await asked.query<Gate[]>('gates')
  expect(gate.show).toEqual({ text: `1 ${'ü'.repeat(characters)}` })
  expect(await asked.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer: 'yes' }] })).toEqual({
    accepted: true,
  })
  expect(await asked.result()).toMatchObject({ status: 'accepted' })
}, 60_000)

test('a history with values by hash replays from the artifact store', async () => {
  const run = await bench.start('writing', { characters, accept: 2 })
  await run.result()
  const history: unknown = JSON.parse(historyToJSON(await run.fetchHistory()))
  const store = folderStore(join(bench.stateFolder, 'artifacts'))
  const replayed = await replayHistory(history, { bundle: await testBundle(workflows), store })
  expect(replayed).toEqual({ events: (history as { events: unknown[] }).events.length })
}, 60_000)

test('a run whose outcome lies in another artifact store is listed with that said, and hides no other run', async () => {
  const run = await bench.start('writing', { characters, accept: 1 })
  await run.result()
  const other = await connect({ address: process.env.LOOPWRIGHT_TEST_ADDRESS!, stateFolder: mkdtempSync(join(tmpdir(), 'loopwright-')) })
  const find = async () => (await other.list({ workflow: 'writing', limit: 1_000 })).runs.find((listed) => listed.run === run.workflowId)
  let found = await find()
  while (found?.endedAt === undefined) found = await find()
  expect(found.status).toBe('stopped')
  expect(found.why).toMatch(/^how it ended cannot be read: The artifact [0-9a-f]{64} is not in the store\.$/)
  await other.close()
}, 60_000)
