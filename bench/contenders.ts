import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { git } from '../activities/workspace/git.ts'
import { bundleWorkflows } from '../workers/bundle.ts'
import { type BenchProcess, startProgram } from './processes.ts'
import { type BenchTool, benchTools, modelOf, notes } from './script.ts'

/** One of the two that are compared. */
export interface Contender {
  name: 'Loopwright' | 'plain Temporal'
  taskQueue: string
  worker: BenchProcess
  /** What to start for a loop of so many turns. */
  run(tool: BenchTool, turns: number): { type: string; input: unknown }
}

/** What both are given: the same server, the same model, and where to keep things. */
export interface Ground {
  address: string
  modelUrl: string
  folder: string
  /** Where the workers' CPU profiles go, if anybody wants them. */
  profile?: string | undefined
  /** The loops that there will be: prices are looked up by the model's name. */
  turns: number[]
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const profiling = (profile: string | undefined) => (profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])

/** Loopwright: a run as its users start it, in a workspace of a small repository. */
export async function startLoopwright({ address, modelUrl, folder, profile, turns }: Ground): Promise<Contender> {
  const repo = await repository(folder)
  const codePath = join(folder, 'loopwright.js')
  writeFileSync(codePath, (await bundleWorkflows(here(`loopwright/workflows.${extension}`))).code)
  const facts = { input: 0, output: 0, window: 10_000_000, maxOutput: 8_000 }
  const names = benchTools.flatMap((tool) => turns.map((count) => `openai/${modelOf(tool, count)}`))
  writeFileSync(join(folder, 'models.json'), JSON.stringify({ models: Object.fromEntries(names.map((name) => [name, facts])) }))
  const words = [...profiling(profile), here(`loopwright/worker.${extension}`), address, 'loopwright', folder, codePath]
  const environment = { OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: 'none' }
  const worker = await startProgram(words, join(folder, 'loopwright.log'), environment)
  const limits = { tokens: 1_000_000_000, minutes: 600 }
  const run = (tool: BenchTool, count: number) => ({
    type: 'turns',
    input: { models: `openai/${modelOf(tool, count)}`, repo, turns: count + 1, limits },
  })
  return { name: 'Loopwright', taskQueue: 'loopwright', worker, run }
}

/** The hand-written loop. Each run has a folder of its own. */
export async function startPlain({ address, modelUrl, folder, profile }: Ground): Promise<Contender> {
  const codePath = join(folder, 'plain.js')
  const { code } = await bundleWorkflowCode({ workflowsPath: here(`plain/workflows.${extension}`), logger: new DefaultLogger('WARN') })
  writeFileSync(codePath, code)
  const words = [...profiling(profile), here(`plain/worker.${extension}`), address, 'plain', codePath]
  const environment = { OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: 'none' }
  const worker = await startProgram(words, join(folder, 'plain.log'), environment)
  const run = (tool: BenchTool, turns: number) => {
    const own = mkdtempSync(join(folder, 'plain-'))
    writeFileSync(join(own, 'notes.txt'), notes)
    return { type: 'plainTurns', input: { model: modelOf(tool, turns), folder: own, turns: turns + 1 } }
  }
  return { name: 'plain Temporal', taskQueue: 'plain', worker, run }
}

async function repository(folder: string): Promise<string> {
  const repo = mkdtempSync(join(folder, 'repository-'))
  for (let number = 0; number < 20; number++) writeFileSync(join(repo, `source-${number}.js`), `export const value = ${number}\n`)
  writeFileSync(join(repo, 'notes.txt'), notes)
  const at = { gitDir: join(repo, '.git'), workTree: repo }
  await git(at, ['init', '--quiet', '--initial-branch=main'])
  await git(at, ['add', '--all'])
  await git(at, ['commit', '--quiet', '--message=start'])
  return repo
}
