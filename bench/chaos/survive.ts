import { setTimeout as sleep } from 'node:timers/promises'
import { type Client } from '@temporalio/client'
import { type Outcome } from '../../contract/outcome.ts'
import { type CrashPoint } from '../../store/crash-point.ts'
import { type Scenario } from './scenario.ts'
import { type WorkerProcess } from './worker-process.ts'

/** What came of a run whose workers were killed. */
export interface Survived {
  /** Where workers died, in this order. */
  killedAt: string[]
  /** Points that no worker passed. */
  unreached: string[]
  /** What is wrong by the judge; nothing is the only good answer. */
  problems: string[]
  milliseconds: number
}

/** A machine that does much else at the same time may need this long. */
const patienceOf = (points: unknown[]) => 180_000 + 30_000 * points.length

/** Lets a run be killed at each of the points, as often as it is named, whichever comes first; a fresh worker goes on each time. */
export async function survive(client: Client, scenario: Scenario, points: CrashPoint[]): Promise<Survived> {
  const started = Date.now()
  const unreached: string[] = [...points]
  const killedAt: string[] = []
  const stop = new AbortController()
  try {
    const over = within(scenario.run.result() as Promise<Outcome<unknown>>, patienceOf(points))
    over.catch(() => {})
    const assisting = scenario.assist?.(stop.signal)
    while (await killOnce(scenario, unreached, killedAt, () => over));
    const outcome = await over
    stop.abort()
    await assisting
    const archive = () => unreached.some((point) => point.startsWith('archive.'))
    if (archive()) await closed(client, scenario.run.workflowId)
    while (archive() && (await killOnce(scenario, unreached, killedAt, swept)));
    return { killedAt, unreached, problems: await scenario.judge(outcome, killedAt), milliseconds: Date.now() - started }
  } catch (error) {
    stop.abort()
    await scenario.run.terminate().catch(() => {})
    return { killedAt, unreached, problems: [error instanceof Error ? error.message : String(error)], milliseconds: Date.now() - started }
  } finally {
    await scenario.close()
  }
}

/** Starts a worker that dies at the first of the points that are left, unless something else is over before. */
async function killOnce(
  { startWorker }: Scenario,
  unreached: string[],
  killedAt: string[],
  until: (worker: WorkerProcess) => Promise<unknown>,
): Promise<boolean> {
  const worker = startWorker({ LOOPWRIGHT_CRASH: [...new Set(unreached)].join(',') })
  try {
    await Promise.race([worker.ended, until(worker)])
  } finally {
    worker.child.kill('SIGKILL')
  }
  const { killedAt: point, bySignal, output } = await worker.ended
  if (!bySignal) throw new Error(`A worker ended by itself:\n${output}`)
  if (point === undefined) return false
  killedAt.push(point)
  unreached.splice(unreached.indexOf(point), 1)
  return true
}

/** The archive takes what has closed, and the server's list of that lags behind. */
async function closed(client: Client, workflowId: string): Promise<void> {
  const query = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'Completed'`
  while ((await client.workflow.count(query)).count === 0) await sleep(50)
}

/** A worker sweeps once when it starts, and then not for a minute. */
async function swept(worker: WorkerProcess): Promise<void> {
  await worker.ready
  await sleep(15_000)
}

/** A promise that is given up after a while. */
export function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  const late = sleep(milliseconds, undefined, { ref: false }).then(() => {
    throw new Error(`It was not over within ${milliseconds / 1_000} s.`)
  })
  return Promise.race([promise, late])
}
