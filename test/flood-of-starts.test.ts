import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { connect, type Loopwright } from '../client/index.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { saidIn } from './support/player.ts'
import { until } from './support/until.ts'
import { declarations } from './support/workflows/models.ts'

/** LOOPWRIGHT_STARTS=10000 is the whole size. */
const starts = Number(process.env['LOOPWRIGHT_STARTS'] ?? 100)
const limits = { attempts: 100, tokens: 1_000_000_000, dollars: 'none' as const, minutes: 600 }
let bench: CoreBench
let models: ScriptedServer
let loopwright: Loopwright
let script: (request: ScriptedRequest) => Reply

beforeAll(async () => {
  models = await startScriptedServer({ script: (request) => script(request), keep: 1 })
  const environment = { OPENAI_BASE_URL: models.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_SANDBOX: 'none' }
  bench = await openBench('./workflows/models.ts', environment)
  const { stateFolder, taskQueue } = bench
  loopwright = await connect({ address: process.env['LOOPWRIGHT_TEST_ADDRESS']!, stateFolder, taskQueue, declarations })
}, 120_000)
afterAll(async () => {
  await loopwright?.close()
  await bench?.close()
  await models?.close()
}, 60_000)

test(`of ${starts} starts of which half are duplicates, each key is one run that works once, a late one is told that its run has ended, and a run is stopped meanwhile`, async () => {
  const asked = new Map<string, number>()
  script = (request) => {
    const key = /delivery-\d+/.exec(saidIn(request))?.[0] ?? 'none'
    asked.set(key, (asked.get(key) ?? 0) + 1)
    return key === 'delivery-0' ? { hang: true } : 'done'
  }
  const keys = Array.from({ length: starts / 2 }, (_, index) => `delivery-${index}`)
  const idOf = (key: string) => `${bench.taskQueue}:${key}`
  const deliver = (key: string) =>
    loopwright.start('asking', { models: 'openai/once', calls: 1, text: key, limits }, { id: idOf(key) }).then(
      (run) => ({ key, told: run }),
      (error: Error & { type?: string }) => ({ key, told: error.type ?? error.message }),
    )
  const began = Date.now()
  // The two of a key come in the same moment for some, and far from each other for others.
  const deliveries = keys.flatMap((key, index) => (index % 2 === 0 ? [key, key] : [key]))
  deliveries.push(...keys.filter((_, index) => index % 2 === 1))
  let ended = 0
  // At most 40 runs are open at once: what has not ended takes the time of those that could.
  const delivering = inTurns(deliveries, 40, async (key) => {
    const answer = await deliver(key)
    if (key !== 'delivery-0') await loopwright.ended(idOf(key))
    ended++
    return answer
  })
  await until(
    () => asked.get('delivery-0') ?? 0,
    (count) => count > 0,
  )
  expect(await deliver('delivery-0')).toEqual({ key: 'delivery-0', told: idOf('delivery-0') })
  while (ended < starts / 4) await Promise.race([delivering, new Promise((resolve) => setTimeout(resolve, 50))])
  const stopping = Date.now()
  await loopwright.stop(idOf('delivery-0'))
  expect(await loopwright.result(idOf('delivery-0'))).toMatchObject({ status: 'stopped', reason: 'cancelled' })
  const stopped = Date.now() - stopping
  const answers = await delivering
  if (process.env['LOOPWRIGHT_STARTS']) expect(stopped).toBeLessThan(5_000)
  expect(answers).toHaveLength(starts)
  expect(answers.filter(({ key, told }) => told !== idOf(key) && told !== 'RunEnded')).toEqual([])
  const query = (status: string) => `TaskQueue = '${bench.taskQueue}' AND WorkflowType = 'asking' AND ExecutionStatus = '${status}'`
  const counted = (status: string) => bench.client.workflow.count(query(status)).then(({ count }) => count)
  await until(
    () => counted('Completed'),
    (count) => count >= keys.length,
  )
  expect({ completed: await counted('Completed'), running: await counted('Running'), keys: asked.size }).toEqual({
    completed: keys.length,
    running: 0,
    keys: keys.length,
  })
  // One run for each; a call that was lost on a busy machine is made again.
  for (const key of keys.slice(1)) expect({ key, asked: Math.min(asked.get(key) ?? 0, 1) }).toEqual({ key, asked: 1 })
  expect(await deliver('delivery-1')).toEqual({ key: 'delivery-1', told: 'RunEnded' })
  tell({
    starts,
    existing: answers.filter(({ told }) => told !== 'RunEnded').length,
    stopped,
    all: Date.now() - began,
  })
}, 1_800_000)

/** Does something for each, so many at once, in their order. */
async function inTurns<T, Result>(all: T[], atOnce: number, work: (one: T) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  const left = all[Symbol.iterator]()
  const worker = async () => {
    for (const one of left) results.push(await work(one))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** The figures, where somebody asked for the whole size. */
function tell(figures: Record<string, number>): void {
  if (process.env['LOOPWRIGHT_STARTS']) process.stderr.write(`${JSON.stringify(figures)}\n`)
}
