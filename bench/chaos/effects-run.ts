import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Client, type WorkflowHandle } from '@temporalio/client'
import { signGrant } from '../../contract/grants.ts'
import { type Gate } from '../../contract/messages.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { type UseResult } from '../../contract/workspace.ts'
import { bundleWorkflows } from '../../workers/bundle.ts'
import { packageFolder } from './places.ts'
import { type Scenario } from './scenario.ts'
import { startWorkerProcess } from './worker-process.ts'

/** What happened in the world, by the recorder. */
export interface Happened {
  kind: 'charge' | 'comment' | 'mail'
  text: string
}
/** An effect that a run is asked for. */
export interface Wanted {
  tool: Happened['kind']
  text: string
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const workerFile = join(packageFolder, 'bench', 'chaos', 'worker.mjs')

/** Who answers doubts is vouched for. */
const grantKey = 'a key for grants that is long enough'

/** Writes the bundle of one of the chaos's workflow files, and returns where. */
export async function writeBundle(name: 'workflows' | 'naive-workflows', folder: string): Promise<string> {
  const file = join(folder, `${name}.js`)
  writeFileSync(file, (await bundleWorkflows(fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url)))).code)
  return file
}

/** A recorder process; what it wrote down outlives it. */
export async function startRecorderProcess(folder: string): Promise<{ url: string; happened(): Promise<Happened[]>; stop(): void }> {
  const recorder = startWorkerProcess([join(packageFolder, 'bench', 'chaos', 'recorder.mjs'), join(folder, 'recorder.log')], {})
  const url = await recorder.ready
  if (url === undefined) throw new Error(`The recorder did not start:\n${(await recorder.ended).output}`)
  return {
    url,
    happened: async () => (await (await fetch(`${url}/happened`)).json()) as Happened[],
    stop: () => void recorder.child.kill('SIGKILL'),
  }
}

/** Starts a worker with a tool of each class. */
export function startEffectsWorker(
  at: { address: string; taskQueue: string; stateFolder: string; bundle: string },
  environment: Record<string, string>,
) {
  const vouching = { ...environment, LOOPWRIGHT_GRANT_KEY: grantKey }
  return startWorkerProcess([workerFile, at.address, at.taskQueue, at.stateFolder, at.bundle], vouching)
}

/** How often an effect happened: a comment carries its marker behind its text. */
export function timesOf({ tool, text }: Wanted, happened: Happened[]): number {
  return happened.filter((entry) => entry.kind === tool && (entry.text === text || entry.text.startsWith(`${text} [`))).length
}

/** Answers every question of a run whether an effect happened, with what the recorder knows; returns how often it was asked. */
export async function answerDoubts(
  run: WorkflowHandle,
  wanted: Wanted[],
  happened: () => Promise<Happened[]>,
  stop: AbortSignal,
): Promise<number> {
  const answered = new Set<string>()
  while (!stop.aborted) {
    const gates = await run.query<Gate[]>('gates').catch(() => [])
    for (const { gate, digest, question } of gates) {
      const effect = wanted.find(({ text }) => question.includes(` ${text} (`))
      if (!effect) throw new Error(`The run asks about nothing that was wanted: ${question}`)
      const answer = timesOf(effect, await happened()) > 0 ? 'yes' : 'no'
      const granted = { run: run.workflowId, gate, digest, answer }
      const grant = signGrant(grantKey, { by: 'the recorder', roles: [], expires: Date.now() + 3_600_000 }, granted)
      const decision = { gate, digest, answer, by: 'the recorder', grant }
      await run.executeUpdate('decide', { args: [decision] }).then(
        () => answered.add(gate),
        () => {},
      )
    }
    await sleep(300)
  }
  return answered.size
}

/** What is wrong with a run's effects: lost, done twice, or done and told otherwise. */
export function judgeEffects(outcome: Outcome<UseResult[]>, wanted: Wanted[], happened: Happened[]): string[] {
  if (outcome.status !== 'accepted' || !outcome.value) return [`the run ended as ${outcome.status}: ${outcome.why}`]
  const results = outcome.value
  return wanted.flatMap((effect, index) => {
    const times = timesOf(effect, happened)
    const name = `${effect.tool} ${effect.text}`
    if (times > 1) return [`${name} happened ${times} times`]
    if (times === 0) return [`${name} is lost${results[index]?.failed ? ', and its result says so' : ''}`]
    return results[index]?.failed ? [`${name} happened, and its result says that it failed`] : []
  })
}

/** A run with one effect of each class, each of them wanted once. */
export async function effectsScenario(client: Client, address: string, bundle: string, tools: Wanted['tool'][]): Promise<Scenario> {
  const taskQueue = `chaos-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const recorder = await startRecorderProcess(stateFolder)
  const wanted = tools.map((tool, index) => ({ tool, text: `effect-${index + 1}` }))
  const run = await client.workflow.start('effects', {
    taskQueue,
    workflowId: `effects-${randomUUID()}`,
    args: [{ calls: [{ tool: 'look' }, ...wanted] }],
  })
  return {
    run,
    startWorker: (environment) =>
      startEffectsWorker({ address, taskQueue, stateFolder, bundle }, { ...environment, RECORDER_URL: recorder.url }),
    assist: async (stop) => void (await answerDoubts(run, wanted, recorder.happened, stop)),
    judge: async (outcome) => {
      const [, ...value] = (outcome.value as UseResult[] | undefined) ?? []
      return judgeEffects({ ...(outcome as Outcome<UseResult[]>), value }, wanted, await recorder.happened())
    },
    async close() {
      recorder.stop()
      rmSync(stateFolder, { recursive: true, force: true })
    },
  }
}
