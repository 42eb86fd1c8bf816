import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client } from '@temporalio/client'
import { type Outcome } from '../../contract/outcome.ts'
import { type Patch } from '../../contract/workspace.ts'
import { type CrashPoint } from '../../store/crash-point.ts'
import { judgeRepair } from './judge-repair.ts'
import { type RepairRun, startRepairRun } from './repair-run.ts'
import { startWorkerProcess } from './worker-process.ts'

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
const patienceOf = (points: unknown[]) => 120_000 + 20_000 * points.length

/** Lets one repair run be killed at each of the points, as often as it is named, whichever comes first; a fresh worker goes on each time. */
export async function survive(client: Client, address: string, points: CrashPoint[], options: { seams?: boolean } = {}): Promise<Survived> {
  const started = Date.now()
  const repair = await startRepairRun(client, options)
  const unreached: string[] = [...points]
  const killedAt: string[] = []
  const archivePoints = () => unreached.filter((point) => point.startsWith('archive.'))
  const next = async (until: Promise<unknown>) => {
    const environment = { ...repair.environment, LOOPWRIGHT_CRASH: [...new Set(unreached)].join(',') }
    const worker = startWorkerProcess({ address, taskQueue: repair.taskQueue, stateFolder: repair.stateFolder, environment })
    try {
      await Promise.race([worker.ended, until])
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
  const patience = AbortSignal.timeout(patienceOf(points))
  const impatient = new Promise<never>((_, reject) =>
    patience.addEventListener('abort', () => reject(new Error(`the run did not end within ${patienceOf(points) / 1_000} s`))),
  )
  impatient.catch(() => {})
  try {
    const result = repair.run.result() as Promise<Outcome<Patch>>
    result.catch(() => {})
    const over = Promise.race([result, impatient])
    while (await next(over));
    const outcome = await over
    if (archivePoints().length > 0) await closed(client, repair)
    while (archivePoints().length > 0 && (await next(sleep(10_000))));
    const problems = await judgeRepair(outcome, repair, killedAt.filter(cutsModelCall).length)
    return { killedAt, unreached, problems, milliseconds: Date.now() - started }
  } catch (error) {
    await repair.run.terminate().catch(() => {})
    return { killedAt, unreached, problems: [error instanceof Error ? error.message : String(error)], milliseconds: Date.now() - started }
  } finally {
    await repair.model.close()
    for (const folder of [repair.repo, repair.stateFolder]) rmSync(folder, { recursive: true, force: true })
  }
}

/** The archive takes what has closed, and the server's list of that lags behind. */
async function closed(client: Client, { run }: RepairRun): Promise<void> {
  const query = `WorkflowId = '${run.workflowId}' AND ExecutionStatus = 'Completed'`
  while ((await client.workflow.count(query)).count === 0) await sleep(50)
}

/** Store points come first in an activity that keeps texts, but may also be inside a model call. */
function cutsModelCall(point: string): boolean {
  return point.startsWith('model.') || point.startsWith('activity.callModel') || point.startsWith('store.')
}
