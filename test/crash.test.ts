import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client, Connection } from '@temporalio/client'
import { type CrashPoint, crashPoints } from '../store/crash-point.ts'
import { survive } from '../bench/chaos/survive.ts'

const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
let connection: Connection

beforeAll(async () => {
  connection = await Connection.connect({ address })
})
afterAll(() => connection.close())

/** Several runs side by side, each killed at many points, one after the other. A model call that is lost is asked at most twice more: so at most two points of it a run. */
const lanes = 5
const longLane = lanes - 1
const laneOf = (point: CrashPoint, index: number) => (isLong(point) ? longLane : index % lanes)
/** These are passed only by a run that carries much from one execution to the next. */
const isLong = (point: CrashPoint) => point.includes('Artifacts')
/** Passed only by runs that use tools of one's own. */
const isEffect = (point: CrashPoint) => /[eE]ffect|^key\.claim/.test(point)

test('a worker is killed at every crash point, and nothing is lost or done twice', async () => {
  const client = new Client({ connection })
  const repairing = crashPoints.filter((point) => !isEffect(point))
  const runs = Array.from({ length: lanes }, (_, lane) => repairing.filter((point, index) => laneOf(point, index) === lane))
  const survived = await Promise.all(runs.map((points, lane) => survive(client, address, points, { seams: lane === longLane })))
  expect(survived.flatMap(({ problems }) => problems)).toEqual([])
  expect(survived.flatMap(({ unreached }) => unreached)).toEqual([])
  expect(survived.flatMap(({ killedAt }) => killedAt).sort()).toEqual([...repairing].sort())
}, 600_000)
