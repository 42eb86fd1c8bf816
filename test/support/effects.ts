import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { type Gate } from '../../contract/messages.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { type Receipt, type UseResult } from '../../contract/workspace.ts'
import { dataConverter } from '../../store/data-converter.ts'
import { folderStore } from '../../store/folder.ts'
import { bundleFile, testBundle } from './bundle.ts'
import { type Recorder, startRecorder } from './recorder.ts'

const script = fileURLToPath(new URL('./effect-worker.mjs', import.meta.url))
const workflows = fileURLToPath(new URL('./workflows/effects.ts', import.meta.url))

/** A recorder, and real worker processes of one queue and one state folder with tools that talk to it. */
export interface EffectBench {
  recorder: Recorder
  taskQueue: string
  /**
   * Starts a worker process, of the bench's queue if no others are named; at POINT (`die:after-intent`, `freeze:before-end`) it kills or stops itself. Ready when
   * this resolves.
   */
  worker(point?: string, queues?: string[]): Promise<ChildProcess>
  start(calls: { tool: string; text?: string }[], carried?: unknown, queue?: string): Promise<WorkflowHandle>
  /** The question that a run waits with. */
  gate(run: WorkflowHandle): Promise<Gate>
  decide(run: WorkflowHandle, answer: 'yes' | 'no' | 'stop', note?: string): Promise<unknown>
  results(run: WorkflowHandle): Promise<UseResult[]>
  certificate(outcome: Outcome<unknown>): Promise<{ effects: Receipt[]; outcome: Outcome<unknown> }>
  close(): Promise<void>
}

/** A bench on the test run's server; `minutes`: what one effect may take. Tests wait that long for effects in doubt, so it is short where the machine is quick. */
export async function openEffectBench(minutes?: number): Promise<EffectBench> {
  const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
  await testBundle(workflows)
  const code = bundleFile(workflows)
  const recorder = await startRecorder()
  const allowed = minutes ?? Math.max(3, 40 * (await secondsToStart())) / 60
  const connection = await Connection.connect({ address })
  const taskQueue = `effects-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-effects-'))
  const store = folderStore(join(stateFolder, 'artifacts'))
  const client = new Client({ connection, dataConverter: dataConverter(store) })
  const workers: ChildProcess[] = []
  const bench: EffectBench = {
    recorder,
    taskQueue,
    async worker(point = '', queues = [taskQueue]) {
      const environment = { ...process.env, RECORDER_URL: recorder.url, EFFECT_MINUTES: String(allowed) }
      const words = [script, address, queues.join(), stateFolder, code, point]
      const worker = spawn(process.execPath, words, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] })
      workers.push(worker)
      await once(worker.stdout, 'data')
      return worker
    },
    start: (calls, carried, queue = taskQueue) =>
      client.workflow.start('effects', {
        taskQueue: queue,
        workflowId: `effects-${randomUUID()}`,
        args: carried === undefined ? [{ calls }] : [{ calls }, carried],
      }),
    async gate(run) {
      for (;;) {
        const [gate] = await run.query<Gate[]>('gates').catch(() => [])
        if (gate) return gate
        if ((await run.describe()).status.name !== 'RUNNING') throw new Error(`${run.workflowId} ended without a question.`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async decide(run, answer, note) {
      const { gate, digest } = await bench.gate(run)
      return run.executeUpdate('decide', { args: [{ gate, digest, answer, by: 'ada', ...(note === undefined ? {} : { note }) }] })
    },
    results: async (run) => ((await run.result()) as Outcome<UseResult[]>).value ?? [],
    certificate: async ({ certificate }) =>
      JSON.parse(await store.text(certificate!.sha256)) as {
        effects: Receipt[]
        outcome: Outcome<unknown>
      },
    async close() {
      for (const worker of workers) worker.kill('SIGKILL')
      await recorder.close()
      await connection.close()
    },
  }
  return bench
}

/** How long a process takes to start here and now. */
async function secondsToStart(): Promise<number> {
  const began = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return (performance.now() - began) / 1_000
}
