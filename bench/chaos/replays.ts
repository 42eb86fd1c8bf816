import { readFileSync } from 'node:fs'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { replayHistory } from '../../workers/replay.ts'
import { type Ground } from './ground.ts'

/** Replays of what the storm left. */
export interface ReplayResult {
  histories: number
  /** Of these with the code that ran. */
  diverged: number
  /** Of these with a planted change. */
  caught: number
}

/** Replays the history of every run: with the code that ran it must not diverge, and with a planted change of what is done first it must. */
export async function replays({ client, bundle }: Ground, workflowIds: string[]): Promise<ReplayResult> {
  const code = readFileSync(bundle, 'utf8')
  const changed = { code: code.replaceAll('performEffect', 'performEffekt').replaceAll('openWorkspace', 'openWorkspase') }
  const result: ReplayResult = { histories: 0, diverged: 0, caught: 0 }
  for (const workflowId of workflowIds) {
    const history: unknown = JSON.parse(historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory()))
    result.histories++
    if ((await replayHistory(history, { workflowId, bundle: { code } })).divergence !== undefined) result.diverged++
    if ((await replayHistory(history, { workflowId, bundle: changed })).divergence !== undefined) result.caught++
  }
  return result
}
