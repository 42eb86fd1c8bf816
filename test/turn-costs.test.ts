import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { historySize } from '../bench/history.ts'
import { type BenchTool, modelOf, notes, script } from '../bench/script.ts'
import { openWorkspace } from '../activities/workspace/open.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'
import { newRepository, newWorld, removeFolders } from './workspace.fixture.ts'

const turns = 50
const sources = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`source-${index}.js`, `export const value = ${index}\n`]))
const path = process.env['PATH'] ?? ''
const folder = mkdtempSync(join(tmpdir(), 'counted-'))
const log = join(folder, 'programs')
let bench: CoreBench
let server: ScriptedServer

/** A git that notes which command it was started with, before it is git. */
beforeAll(async () => {
  const place = join(folder, 'bin')
  mkdirSync(place)
  const words = 'for word; do case "$word" in -*|*=*) ;; *) echo "$word" >> "$LOG"; break ;; esac; done'
  writeFileSync(join(place, 'git'), `#!/bin/sh\nLOG=${log}\nPATH=${path}\n${words}\nexec git "$@"\n`)
  chmodSync(join(place, 'git'), 0o755)
  process.env['PATH'] = `${place}${delimiter}${path}`
  server = await startScriptedServer({ script, keep: 1 })
  const workflows = fileURLToPath(new URL('../bench/loopwright/workflows.ts', import.meta.url))
  bench = await openBench(workflows, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'none' })
  const names = (['read', 'write'] as const).map((tool) => `openai/${modelOf(tool, turns)}`)
  const facts = { input: 0, output: 0, window: 10_000_000, maxOutput: 8_000 }
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models: Object.fromEntries(names.map((name) => [name, facts])) }))
})
afterAll(async () => {
  process.env['PATH'] = path
  await bench.close()
  await server.close()
  removeFolders()
  rmSync(folder, { recursive: true, force: true })
})

/** The git programs that were started while something was done. */
async function programsOf(work: () => Promise<unknown>): Promise<string[]> {
  rmSync(log, { force: true })
  await work()
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
}

async function run(tool: BenchTool) {
  const repo = makeRepository({ ...sources, 'notes.txt': notes })
  const limits = { tokens: 1_000_000_000, minutes: 600 }
  const handle = await bench.start('turns', { models: `openai/${modelOf(tool, turns)}`, repo, turns: turns + 1, limits })
  expect(await handle.result()).toMatchObject({ status: 'accepted', value: turns + 1 })
  return historySize(bench.client, handle.workflowId, handle.firstExecutionRunId)
}

test('a turn costs at most 16 events and 4,000 bytes, start and end of the run included', async () => {
  // Git is asked once for each state folder what an empty git dir looks like.
  await openWorkspace({ ...newWorld(), stateFolder: bench.stateFolder }, newRepository(), 'before')
  const sizes: Awaited<ReturnType<typeof run>>[] = []
  const programs = await programsOf(async () => sizes.push(...(await Promise.all([run('read'), run('write')]))))
  for (const { events, bytes, executions } of sizes) {
    expect(executions).toBe(1)
    expect(events / turns).toBeLessThanOrEqual(16)
    expect(bytes / turns).toBeLessThanOrEqual(4_000)
  }
  // One for each run, and one because the 33rd step in a row has a pack of everything since the base.
  expect(programs.toSorted()).toEqual(['pack-objects', 'status', 'status'])
}, 120_000)

test('a repository of many files, with settings that name filters, is opened with few programs', async () => {
  const world = newWorld()
  await openWorkspace(world, newRepository(), 'before')
  const many = newRepository(Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`folder/${index}.js`, `${index}`])))
  expect(await programsOf(() => openWorkspace(world, many, 'many'))).toEqual(['status', 'pack-objects', 'ls-tree'])
  writeFileSync(join(many, '.git/config'), `${readFileSync(join(many, '.git/config'), 'utf8')}[filter "odd"]\n\tclean = cat\n`)
  expect(await programsOf(() => openWorkspace(world, many, 'filtered'))).toEqual(['config', 'status', 'pack-objects', 'ls-tree'])
})
