import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { type CrashRun, quickPlan } from '../bench/chaos/crash-plan.ts'
import { effectsScenario, writeBundle } from '../bench/chaos/effects-run.ts'
import { repairScenario } from '../bench/chaos/repair-run.ts'
import { inTurns } from '../bench/chaos/storm.ts'
import { survive, type Survived } from '../bench/chaos/survive.ts'
import { crashPoints } from '../store/crash-point.ts'

const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
let connection: Connection
let bundle: string

beforeAll(async () => {
  connection = await Connection.connect({ address })
  bundle = await writeBundle('workflows', mkdtempSync(join(tmpdir(), 'loopwright-bundle-')))
})
afterAll(() => connection.close())

async function surviving({ kind, points }: CrashRun) {
  const client = new Client({ connection })
  const scenario =
    typeof kind === 'string'
      ? await repairScenario(client, address, { seams: kind === 'seams' })
      : await effectsScenario(client, address, bundle, kind)
  return survive(client, scenario, points)
}

test('workers are killed at every crash point, each first attempt of it, and nothing is lost or done twice', async () => {
  const plan = quickPlan()
  const survived: Survived[] = []
  const work = plan.map((run) => async () => void survived.push(await surviving(run)))
  // Most of the time of a run is waiting until a dead worker is missed.
  await inTurns(work, 5, (error) => {
    throw error
  })
  expect(survived.flatMap(({ problems }) => problems)).toEqual([])
  expect(survived.flatMap(({ unreached }) => unreached)).toEqual([])
  expect(new Set(survived.flatMap(({ killedAt }) => killedAt))).toEqual(new Set(crashPoints))
}, 900_000)
