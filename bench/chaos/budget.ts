import { randomUUID } from 'node:crypto'
import { type Outcome } from '../../contract/outcome.ts'
import { startScriptedServer } from '../../testing/index.ts'
import { startEffectsWorker } from './effects-run.ts'
import { type Ground } from './ground.ts'
import { openPool, strike } from './pool.ts'
import { randomOf } from './random.ts'
import { within } from './survive.ts'

/** What a run with a cap spent under kills. */
export interface BudgetResult {
  cap: number
  /** Tokens by the provider's own count. */
  charged: number
  /** Tokens by the run's ledger, lost calls charged whole. */
  recorded: number
  requests: number
  mostAtOnce: number
  killed: number
}

/** Many calls, 20 at a time, under a cap that they do not all fit into, while workers are killed. */
export async function budget(ground: Ground, seed: number, cap = 60_000): Promise<BudgetResult> {
  const { address, client, stateFolder, bundle, recorder } = ground
  const model = await startScriptedServer({ script: () => ({ text: 'words '.repeat(300), delayMilliseconds: 1_000 }) })
  const taskQueue = `budget-${randomUUID()}`
  const environment = { RECORDER_URL: recorder.url, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'key' }
  const pool = openPool(3, () => startEffectsWorker({ address, taskQueue, stateFolder, bundle }, environment))
  const stop = new AbortController()
  const striking = strike(pool, randomOf(seed), stop.signal)
  try {
    const limits = { tokens: cap, dollars: 'none', concurrency: 20 }
    const run = await client.workflow.start('asking', {
      taskQueue,
      workflowId: `asking-${randomUUID()}`,
      args: [{ models: 'openai/x', calls: 300, limits }],
    })
    const outcome = await within(run.result() as Promise<Outcome<number>>, 600_000)
    stop.abort()
    const { killed } = await striking
    const { chargedTokens, requests, maxInFlight } = model.counts
    return { cap, charged: chargedTokens, recorded: outcome.spent.tokens, requests, mostAtOnce: maxInFlight, killed }
  } finally {
    stop.abort()
    await pool.close()
    await model.close()
  }
}
