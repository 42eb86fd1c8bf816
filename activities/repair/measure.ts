/**
 * Prints what `repair` makes of a folder of broken programs, as a table: `node dist/activities/repair/measure.js test/fixtures/repair`.
 * The folder has a programs.json: a list of `{ name, fault, command }`. The programs themselves are left as they are. Further arguments name programs.
 */
import { cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { openSandbox } from '../sandbox/open.ts'
import { runTestCommand } from '../tests/run.ts'
import { programRunner } from './program.ts'
import { repairFolder } from './repair.ts'
import { type RepairResult } from './result.ts'

const Programs = z.array(z.object({ name: z.string(), fault: z.string(), command: z.array(z.string()) }))

/** How many minutes one program may take. */
const minutes = 5

async function measure(folder: string, names: string[]): Promise<void> {
  const programs = Programs.parse(JSON.parse(await readFile(join(folder, 'programs.json'), 'utf8')))
  const chosen = programs.filter(({ name }) => names.length === 0 || names.includes(name))
  let mended = 0
  console.log('| program | fault | mended | candidates | seconds | edit |\n| --- | --- | --- | --- | --- | --- |')
  for (const { name, fault, command } of chosen) {
    const result = await repairCopy(join(folder, name), command)
    if (result.found === 'all') mended += 1
    const verdict = { all: 'yes', some: 'in part', none: 'no' }[result.found]
    const edits = result.edits.map(({ before, after, operator }) => `${quoted(before)} to ${quoted(after)} (${operator})`).join(', ')
    console.log(`| ${name} | ${fault} | ${verdict} | ${result.candidatesTried} | ${(result.milliseconds / 1000).toFixed(1)} | ${edits} |`)
  }
  console.log(`\n${mended} of ${chosen.length} mended.`)
}

function quoted(text: string): string {
  return `\`${text.replaceAll(/\s*\n\s*/g, ' ⏎ ').replaceAll('|', '\\|')}\``
}

/** Repairs a copy that finds the dependencies of the folders above the original. */
async function repairCopy(source: string, argv: string[]): Promise<RepairResult> {
  const base = await mkdtemp(join(tmpdir(), 'loopwright-measure-'))
  try {
    const folder = join(base, 'project')
    await cp(source, folder, { recursive: true, filter: (path) => !path.endsWith('__pycache__') })
    const modules = await modulesAbove(source)
    if (modules !== undefined) await symlink(modules, join(base, 'node_modules'))
    const sandbox = await openSandbox()
    const dependencies = { source, paths: [] }
    return await repairFolder({
      ...{ folder, argv, minutes },
      runProgram: programRunner({ sandbox, worker: process.env, dependencies }),
      runTests: (call) => runTestCommand({ ...call, sandbox, dependencies }),
    })
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

async function modulesAbove(folder: string): Promise<string | undefined> {
  for (let above = dirname(folder); ; above = dirname(above)) {
    const modules = join(above, 'node_modules')
    if (await stat(modules).catch(() => undefined)) return modules
    if (above === dirname(above)) return undefined
  }
}

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Say which folder of programs to measure: node dist/activities/repair/measure.js FOLDER [PROGRAM…]')
  process.exitCode = 1
} else await measure(resolve(folder), names)
