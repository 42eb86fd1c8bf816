import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WorkflowHandle } from '@temporalio/client'
import { type Outcome } from '../../contract/outcome.ts'
import { type Patch, type UseResult } from '../../contract/workspace.ts'
import { answerDoubts, judgeEffects, startEffectsWorker, timesOf, type Wanted } from './effects-run.ts'
import { type Ground } from './ground.ts'
import { judgeRepair } from './judge-repair.ts'
import { type Blows, openPool, strike } from './pool.ts'
import { randomOf } from './random.ts'
import { startRepairModel, startRepairRun } from './repair-run.ts'
import { within } from './survive.ts'

/** How much is to happen. */
export interface StormSize {
  seed: number
  effectRuns: number
  effectsPerRun: number
  repairRuns: number
  workers: number
  /** For one run. */
  minutes: number
  /** Told of each run that has ended. */
  onEnd?: (line: string) => void
}

/** What random chaos brought. */
export interface StormResult {
  runs: number
  effects: number
  lost: number
  twice: number
  /** Effects about which a person was asked, because nobody could know. */
  doubts: number
  blows: Blows
  problems: string[]
  workflowIds: string[]
  seconds: number
}

const classes: Wanted['tool'][] = ['charge', 'comment', 'mail']
/** Runs at the same time. */
const atOnce = 8

/** Repairs and runs with effects of each class, while their workers are killed and frozen and their server is killed; the recorder, git and the model server judge. */
export async function storm(ground: Ground, size: StormSize): Promise<StormResult> {
  const started = Date.now()
  const random = randomOf(size.seed)
  const { address, client, stateFolder, bundle, recorder } = ground
  const model = await startRepairModel()
  const taskQueue = `storm-${randomUUID()}`
  const environment = { RECORDER_URL: recorder.url, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'key' }
  const pool = openPool(size.workers, () => startEffectsWorker({ address, taskQueue, stateFolder, bundle }, environment))
  const stop = new AbortController()
  const blows = strike(pool, random, stop.signal, () => ground.killServer())
  const all: Wanted[] = []
  const result = { doubts: 0, problems: [] as string[], workflowIds: [] as string[] }
  const over = async <T>(run: WorkflowHandle) => {
    result.workflowIds.push(run.workflowId)
    const outcome = await within(resultOf<T>(run), size.minutes * 60_000)
    size.onEnd?.(`${run.workflowId} ended after ${Math.round((Date.now() - started) / 1_000)} s`)
    return outcome
  }
  const effectRun = async (number: number) => {
    const wanted = Array.from({ length: size.effectsPerRun }, (_, index) => ({
      tool: classes[Math.floor(random() * classes.length)]!,
      text: `run-${number}-effect-${index + 1}`,
    }))
    all.push(...wanted)
    const run = await untilDone(() =>
      client.workflow.start('effects', { taskQueue, workflowId: `effects-${size.seed}-${number}-${taskQueue}`, args: [{ calls: wanted }] }),
    )
    const answered = new AbortController()
    const doubts = answerDoubts(run, wanted, recorder.happened, answered.signal)
    try {
      result.problems.push(...judgeEffects(await over<Outcome<UseResult[]>>(run), wanted, await recorder.happened()))
    } finally {
      answered.abort()
      result.doubts += await doubts
    }
  }
  const repairRun = async (number: number) => {
    const repair = await untilDone(() => startRepairRun(client, { taskQueue, stateFolder, model, modelName: `x${number}` }))
    const outcome = await over<Outcome<Patch>>(repair.run)
    const problems = await judgeRepair(outcome, repair, Infinity)
    result.problems.push(...problems.map((problem) => `repair ${number}: ${problem}`))
  }
  const work = [
    ...Array.from({ length: size.effectRuns }, (_, number) => () => effectRun(number)),
    ...Array.from({ length: size.repairRuns }, (_, number) => () => repairRun(number)),
  ]
  try {
    await inTurns(work, atOnce, (error) => result.problems.push(error instanceof Error ? error.message : String(error)))
  } finally {
    stop.abort()
    await pool.close()
    await model.close()
  }
  const happened = await recorder.happened()
  return {
    ...result,
    runs: work.length,
    effects: all.length,
    lost: all.filter((effect) => timesOf(effect, happened) === 0).length,
    twice: all.filter((effect) => timesOf(effect, happened) > 1).length,
    blows: await blows,
    seconds: Math.round((Date.now() - started) / 1_000),
  }
}

/** The result, however often the server goes away while it is waited for. */
async function resultOf<T>(run: WorkflowHandle): Promise<T> {
  for (;;) {
    try {
      return (await run.result()) as T
    } catch (error) {
      if (error instanceof Error && error.name === 'WorkflowFailedError') throw error
      await sleep(500)
    }
  }
}

/** As often as it takes while the server is away; starting twice under one id is refused by the server. */
export async function untilDone<T>(action: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await action()
    } catch (error) {
      if (tries === 60) throw error
      await sleep(500)
    }
  }
}

/** Does all, so many at a time; what one of them throws does not stop the others. */
export async function inTurns(work: (() => Promise<void>)[], width: number, onError: (error: unknown) => void): Promise<void> {
  const queue = [...work]
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await next().catch(onError)
  }
  await Promise.all(Array.from({ length: width }, lane))
}
