import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { type CrashRun, fullPlan, quickPlan } from '../bench/chaos/crash-plan.ts'
import { crashRun } from '../bench/chaos/crash-table.ts'
import { writeBundle } from '../bench/chaos/effects-run.ts'
import { crashPoints } from '../store/crash-point.ts'

const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
let connection: Connection
let bundle: string

beforeAll(async () => {
  connection = await Connection.connect({ address })
  bundle = await writeBundle('workflows', mkdtempSync(join(tmpdir(), 'loopwright-bundle-')))
})
afterAll(() => connection.close())

/** Every third of the plan's repairs (effects: test/effects.test.ts); `npm run chaos` does a run for each point, attempt and class. LOOPWRIGHT_CRASH_ALL=1: the whole plan. */
const isPart = ({ kind }: CrashRun, index: number) => typeof kind === 'string' && index % 3 === 0
const plan = quickPlan().filter((run, index) => process.env.LOOPWRIGHT_CRASH_ALL === '1' || isPart(run, index))
const points = new Set(plan.flatMap((run) => run.points))

test(`workers are killed at ${points.size} of ${crashPoints.length} crash points, and nothing is lost or done twice`, async () => {
  const client = new Client({ connection })
  const survived = await Promise.all(plan.map((run) => crashRun({ client, address, bundle }, run)))
  expect(survived.flatMap(({ problems }) => problems)).toEqual([])
  expect(survived.flatMap(({ unreached }) => unreached)).toEqual([])
  expect(new Set(survived.flatMap(({ killedAt }) => killedAt))).toEqual(points)
}, 900_000)

test('the plan has every crash point that there is', () => {
  expect(new Set(quickPlan().flatMap((run) => run.points))).toEqual(new Set(crashPoints))
  expect(new Set(fullPlan().map(({ point }) => point))).toEqual(new Set(crashPoints))
})
