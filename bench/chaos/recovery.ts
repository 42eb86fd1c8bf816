import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WorkflowHandle } from '@temporalio/client'
import { type Gate } from '../../contract/messages.ts'
import { startRecorder } from '../../test/support/recorder.ts'
import { startEffectsWorker } from './effects-run.ts'
import { type Ground } from './ground.ts'
import { type WorkerProcess } from './worker-process.ts'

/** Milliseconds from a kill -9 to the first new step, sorted. */
export interface RecoveryResult {
  /** Another worker was there, and no step was in flight. */
  spare: number[]
  /** The only worker was killed and another one started at once; no step was in flight. */
  cold: number[]
  /** Another worker was there, and the step that was in flight had to be missed first. */
  inFlight: number[]
}

/** Kills the worker that has a run, so many times in each of the three ways, and waits for the run's next step to reach the world. */
export async function recovery(ground: Ground, times: number): Promise<RecoveryResult> {
  const result: RecoveryResult = { spare: [], cold: [], inFlight: [] }
  for (const kind of ['spare', 'cold', 'inFlight'] as const)
    for (let time = 0; time < times; time++) result[kind].push(await recover(ground, kind))
  for (const list of Object.values(result) as number[][]) list.sort((a, b) => a - b)
  return result
}

async function recover({ address, client, folder, bundle }: Ground, kind: keyof RecoveryResult): Promise<number> {
  const recorder = await startRecorder()
  const taskQueue = `recovery-${randomUUID()}`
  const stateFolder = mkdtempSync(join(folder, 'recovery-'))
  const start = () => startEffectsWorker({ address, taskQueue, stateFolder, bundle }, { RECORDER_URL: recorder.url, EFFECT_MINUTES: '1' })
  const workers = [start(), ...(kind === 'cold' ? [] : [start()])]
  await Promise.all(workers.map(({ ready }) => ready))
  const run = await client.workflow.start('waiting', { taskQueue, workflowId: `waiting-${randomUUID()}`, args: [{ steps: 2 }] })
  try {
    // The first look hangs where a step is to be in flight.
    recorder.fault = () => (kind === 'inFlight' && recorder.came.length === 1 ? { answer: 'none' } : undefined)
    await decide(run)
    await recorder.when(({ came }) => came.length === 1)
    if (kind !== 'inFlight') await waitingGate(run)
    const victim = await holder(run, workers, kind === 'inFlight')
    const killed = Date.now()
    const gone = once(victim.child, 'exit')
    victim.child.kill('SIGKILL')
    // What comes while the process is still dying is handed to it, and is missed only with its workflow task, after 10 seconds.
    await gone
    if (kind === 'cold') workers.push(start())
    if (kind !== 'inFlight') void decide(run).catch(() => {})
    await recorder.when(({ came }) => came.length === 2)
    return Date.now() - killed
  } finally {
    await run.terminate().catch(() => {})
    for (const { child } of workers) child.kill('SIGKILL')
    await recorder.close()
  }
}

async function waitingGate(run: WorkflowHandle): Promise<Gate> {
  for (;;) {
    const [gate] = await run.query<Gate[]>('gates').catch(() => [])
    if (gate) return gate
    await sleep(20)
  }
}

let known = new Map<string, Gate>()

/** Answers the open question; the second one's name and digest were learnt before the kill, so that no query waits for a dead worker. */
async function decide(run: WorkflowHandle): Promise<void> {
  const { gate, digest } = known.get(run.workflowId) ?? (await waitingGate(run))
  await run.executeUpdate('decide', { args: [{ gate, digest, answer: 'yes', by: 'ada' }] })
}

/** The worker that has the run in its cache, or the step in flight: histories name the process. */
async function holder(run: WorkflowHandle, workers: WorkerProcess[], inFlight: boolean): Promise<WorkerProcess> {
  const gate = inFlight ? undefined : await waitingGate(run)
  known = new Map(gate ? [[run.workflowId, gate]] : [])
  let identity: string | undefined
  if (inFlight) {
    const { raw } = await run.describe()
    identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? undefined
  } else {
    const { events } = await run.fetchHistory()
    identity =
      events?.findLast((event) => event.workflowTaskCompletedEventAttributes)?.workflowTaskCompletedEventAttributes?.identity ?? undefined
  }
  const found = workers.find(({ child }) => identity?.startsWith(`${child.pid}@`))
  if (!found) throw new Error(`No worker is called ${identity}.`)
  return found
}
