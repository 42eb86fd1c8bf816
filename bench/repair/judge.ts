import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programRunner } from '../../activities/repair/program.ts'
import { repairFolder } from '../../activities/repair/repair.ts'
import { type RepairResult, type RunProgram, type RunTests } from '../../activities/repair/result.ts'
import { openSandbox } from '../../activities/sandbox/open.ts'
import { runTestCommand } from '../../activities/tests/run.ts'
import { type FaultyProgram, type Files, type WorkingProgram } from './program.ts'

/** What became of one program. */
export interface Judged {
  program: FaultyProgram
  result: RepairResult
  /** All shown tests pass. */
  plausible: boolean
  /** The tests held back pass too. */
  correct: boolean
}

const nodeModules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const noNodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** Repairs a program by its shown tests in a folder of its own, then asks the tests that were held back. */
export async function judge(program: FaultyProgram, minutes: number): Promise<Judged> {
  return inFolder(program.files, async (folder, runTests, runProgram) => {
    const result = await repairFolder({ folder, argv: program.command, minutes, runTests, runProgram })
    const plausible = result.found === 'all'
    if (plausible) await write(folder, program.hidden)
    const correct = plausible && (await passes(folder, program.command, runTests))
    return { program, result, plausible, correct }
  })
}

/** The first of a program's faults that its shown tests notice, while the working program passes shown tests and hidden. */
export async function planted({ faults, ...working }: WorkingProgram): Promise<FaultyProgram | undefined> {
  return inFolder(working.files, async (folder, runTests) => {
    if (!(await passes(folder, working.command, runTests))) return undefined
    await write(folder, working.hidden)
    if (!(await passes(folder, working.command, runTests))) return undefined
    await write(folder, working.files)
    for (const { kind, text } of faults) {
      await write(folder, { [working.file]: text })
      if (await passes(folder, working.command, runTests)) continue
      return { ...working, kind, files: { ...working.files, [working.file]: text } }
    }
    return undefined
  })
}

/** Whether a shown test fails, as a search needs it. */
export async function isNoticed(program: FaultyProgram): Promise<boolean> {
  return inFolder(program.files, async (folder, runTests) => !(await passes(folder, program.command, runTests)))
}

async function passes(folder: string, argv: string[], runTests: RunTests): Promise<boolean> {
  const { exitCode, checks } = await runTests({ folder, argv, environment: { PYTHONDONTWRITEBYTECODE: '1' }, minutes: 0.5 })
  return exitCode === 0 && checks.length > 0 && checks.every(({ status }) => status !== 'failed')
}

type Work<Result> = (folder: string, runTests: RunTests, runProgram: RunProgram) => Promise<Result>

async function inFolder<Result>(files: Files, work: Work<Result>): Promise<Result> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-sample-')))
  try {
    const folder = join(base, 'project')
    await write(folder, files)
    const modules = await realpath(nodeModules).catch(() => realpath(noNodeModules))
    await symlink(modules, join(base, 'node_modules'))
    const sandbox = await openSandbox()
    // As if the program stood beside the packages: those above it are seen.
    const dependencies = { source: join(dirname(modules), 'program'), paths: [] }
    return await work(
      folder,
      (call) => runTestCommand({ ...call, sandbox, dependencies }),
      programRunner({ sandbox, worker: process.env, dependencies }),
    )
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

async function write(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    if (text !== (await readFile(join(folder, path), 'utf8').catch(() => undefined))) await writeFile(join(folder, path), text)
  }
}
