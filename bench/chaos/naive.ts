import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { timesOf, type Wanted } from './effects-run.ts'
import { type Ground } from './ground.ts'
import { packageFolder } from './places.ts'
import { openPool, strike } from './pool.ts'
import { randomOf } from './random.ts'
import { inTurns, untilDone } from './storm.ts'
import { within } from './survive.ts'
import { startWorkerProcess } from './worker-process.ts'

/** What the control brought. */
export interface NaiveResult {
  effects: number
  lost: number
  twice: number
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const classes: Wanted['tool'][] = ['comment', 'mail']

/** The control: effects as plain Temporal activities with the default retries, under the same blows. Where it makes no duplicates, the chaos was too weak to show anything. */
export async function naive(
  ground: Ground,
  { seed, runs, effectsPerRun, workers, minutes }: { seed: number; runs: number; effectsPerRun: number; workers: number; minutes: number },
): Promise<NaiveResult> {
  const random = randomOf(seed)
  const { address, client, folder, recorder } = ground
  const workflowsPath = fileURLToPath(new URL(`./naive-workflows.${extension}`, import.meta.url))
  const bundle = join(folder, 'naive.js')
  writeFileSync(bundle, (await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') })).code)
  const taskQueue = `naive-${randomUUID()}`
  const words = [join(packageFolder, 'bench', 'chaos', 'naive-worker.mjs'), address, taskQueue, bundle]
  const pool = openPool(workers, () => startWorkerProcess(words, { RECORDER_URL: recorder.url }))
  const stop = new AbortController()
  const blows = strike(pool, random, stop.signal)
  const all: Wanted[] = []
  const work = Array.from({ length: runs }, (_, number) => async () => {
    const wanted = Array.from({ length: effectsPerRun }, (_each, index) => ({
      tool: classes[index % classes.length]!,
      text: `naive-${number}-effect-${index + 1}`,
    }))
    all.push(...wanted)
    const effects = wanted.map(({ tool, text }) => ({ kind: tool, text }))
    const options = { taskQueue, workflowId: `naive-${seed}-${number}-${taskQueue}`, args: [{ effects }] }
    const run = await untilDone(() => client.workflow.start('naive', options))
    await within(run.result(), minutes * 60_000)
  })
  try {
    await inTurns(work, 8, () => {})
  } finally {
    stop.abort()
    await pool.close()
    await blows
  }
  const happened = await recorder.happened()
  const times = all.map((effect) => timesOf(effect, happened))
  return { effects: all.length, lost: times.filter((count) => count === 0).length, twice: times.filter((count) => count > 1).length }
}
