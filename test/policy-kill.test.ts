import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { quickPlan } from '../bench/chaos/crash-plan.ts'
import { crashRun } from '../bench/chaos/crash-table.ts'
import { writeBundle } from '../bench/chaos/effects-run.ts'

const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
let connection: Connection
let bundle: string

beforeAll(async () => {
  connection = await Connection.connect({ address })
  bundle = await writeBundle('workflows', mkdtempSync(join(tmpdir(), 'loopwright-bundle-')))
}, 120_000)
afterAll(() => connection.close())

const planned = quickPlan().find((run) => run.kind === 'agreed')!
const { kind } = planned
/** After the yes, after the effect, after it was undone. LOOPWRIGHT_CRASH_ALL=1: at every point. */
const few = ['activity.performEffect.start', 'effect.acted', 'activity.compensateEffect.end']
const points = planned.points.filter((point) => process.env.LOOPWRIGHT_CRASH_ALL === '1' || few.includes(point))

test(`an effect that a person agreed to happens once and is undone once, although workers are killed at ${points.length} points around it`, async () => {
  const survived = await crashRun({ client: new Client({ connection }), address, bundle }, { kind, points })
  expect(survived).toMatchObject({ problems: [], unreached: [] })
  expect(new Set(survived.killedAt)).toEqual(new Set(points))
}, 600_000)
