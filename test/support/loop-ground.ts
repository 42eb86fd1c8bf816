import { randomUUID } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { type History } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { cases } from '../../client/cases.ts'
import { type Case } from '../../contract/cases.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { dataConverter } from '../../store/data-converter.ts'
import { folderStore } from '../../store/folder.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../../testing/index.ts'
import { ownWorkflows } from '../../workers/bundle.ts'
import { startWorker } from '../../workers/worker.ts'
import { type LoopFixture } from '../loop-fixtures/fixture.ts'
import { type CoreBench, openBench } from './core.ts'

/** What a model of one run does with a request. */
export type Play = (request: ScriptedRequest) => Reply | Promise<Reply>

/** One run of the suite, whose model nobody else asks. */
export interface LoopRun {
  handle: WorkflowHandleWithFirstExecutionRunId
  model: string
  /** The one behind it. */
  next?: string
  outcome(): Promise<Outcome<unknown>>
  /** What its model was asked so far, oldest first. */
  asked(): ScriptedRequest[]
}

/** A worker and a scripted server for all runs of the suite. */
export interface LoopGround {
  bench: CoreBench
  /** The queue of a worker that remembers nothing: each step of a run begins with its history. */
  forgetful: string
  /** Of the workers. */
  environment: Record<string, string>
  server: ScriptedServer
  /** `chain`: a second model stands behind the first and plays the same. `queue`: of another worker than the bench's. */
  start(
    fixture: LoopFixture,
    play: Play,
    more?: { input?: object; carried?: object; model?: string; chain?: boolean; queue?: string },
  ): Promise<LoopRun>
  /** Gives a model of the next run's fallback something to do. */
  cast(play: Play): string
  /** The model that each stage of a run's first execution asked first, by the name of the stage. */
  askedInStages(run: LoopRun): Promise<Map<string, string>>
  /** What every execution of some runs replays as: the decisions that differ, none if all is well. */
  divergences(runs: LoopRun[]): Promise<string[]>
  /** The closing record of a run as it is kept. */
  kept(
    outcome: Outcome<unknown>,
  ): Promise<{ outcome: Outcome<unknown>; workflow: string; models: Record<string, { tries: number; lost: number }> }>
  /** What is kept of a run as a case. */
  cases(run: LoopRun): Promise<Case[]>
  close(): Promise<void>
}

/** A dear model, which each fixture may use in one run at a time: $2 and $8 per million tokens. */
export const pricedModel = ({ name }: LoopFixture) => `${name}.priced`
const price = { input: 2_000_000, output: 8_000_000 }

export async function openLoopGround(fixtures: LoopFixture[]): Promise<LoopGround> {
  const plays = new Map<string, Play>()
  const server = await startScriptedServer({
    script: (request) => plays.get(request.model)?.(request) ?? { error: { status: 404 } },
    prices: Object.fromEntries(fixtures.map((fixture) => [pricedModel(fixture), price])),
    keep: 100_000,
  })
  const environment = {
    OPENAI_BASE_URL: server.url,
    OPENAI_API_KEY: 'key',
    LOOPWRIGHT_TICKETS: mkdtempSync(join(tmpdir(), 'loopwright-tickets-')),
  }
  const bench = await openBench(ownWorkflows, environment)
  const address = process.env['LOOPWRIGHT_TEST_ADDRESS']!
  const { stateFolder, bundle, taskQueue } = bench
  const forgetful = `${taskQueue}-forgetful`
  const forgetting = await startWorker({ address, taskQueue: forgetful, stateFolder, bundle, environment, cachedRuns: 0 })
  const forgot = forgetting.run()
  const priced = fixtures.map((fixture) => [`openai/${pricedModel(fixture)}`, { input: 2, output: 8 }])
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models: Object.fromEntries(priced) }))
  const store = folderStore(join(bench.stateFolder, 'artifacts'))
  const cast = (play: Play, model = `model-${plays.size + 1}`) => {
    plays.set(model, play)
    return model
  }
  return {
    bench,
    forgetful,
    environment,
    server,
    cast,
    async start({ name, input }, play, { input: more = {}, carried, model: called, chain = false, queue = bench.taskQueue } = {}) {
      const model = cast(play, called)
      const next = chain ? { next: cast(play) } : {}
      const models = [model, ...Object.values(next)].map((one) => `openai/${one}`)
      const handle = await bench.client.workflow.start(name, {
        taskQueue: queue,
        workflowId: `${name}-${randomUUID()}`,
        args: [{ ...input(), models, ...more }, ...(carried === undefined ? [] : [carried])],
      })
      return {
        handle,
        model,
        ...next,
        outcome: () => handle.result() as Promise<Outcome<unknown>>,
        asked: () => server.requests.filter((request) => request.model === model),
      }
    },
    async askedInStages({ handle: { workflowId, firstExecutionRunId } }) {
      const { events } = await bench.client.workflow.getHandle(workflowId, firstExecutionRunId).fetchHistory()
      const asked = new Map<string, string>()
      for (const { activityTaskScheduledEventAttributes: activity } of events ?? []) {
        if (activity?.activityType?.name !== 'callModel') continue
        const { model } = JSON.parse(Buffer.from(activity.input!.payloads![0]!.data!).toString()) as { model: string }
        const stage = /([^/#]+)#\d+(?:\/turn#\d+)?\/ask#\d+$/.exec(activity.activityId ?? '')?.[1] ?? `an odd path: ${activity.activityId}`
        if (!asked.has(stage)) asked.set(stage, model)
      }
      return asked
    },
    async divergences(runs) {
      const histories: { workflowId: string; history: History }[] = []
      for (const { handle } of runs) {
        const { workflowId } = handle
        for (let runId: string | undefined | null = handle.firstExecutionRunId; runId;) {
          const history: History = await bench.client.workflow.getHandle(workflowId, runId).fetchHistory()
          histories.push({ workflowId, history })
          runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId
        }
      }
      const found: string[] = []
      const options = { workflowBundle: bundle, dataConverter: dataConverter(store), replayName: 'contract' }
      for await (const { error } of Worker.runReplayHistories(options, histories)) if (error) found.push(error.message)
      return found
    },
    kept: async ({ certificate }) => JSON.parse(await store.text(certificate?.sha256 ?? 'none')) as Awaited<ReturnType<LoopGround['kept']>>,
    cases: async ({ handle }) => (await cases(store)).filter(({ run }) => run === handle.workflowId),
    close: async () => {
      forgetting.shutdown()
      await Promise.all([forgot, bench.close()])
      await server.close()
    },
  }
}
