import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Check, type TestReport } from '../../contract/checks.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type ProcessResult } from '../process.ts'
import { type Dependencies, limitInWords, type Sandbox } from '../sandbox/sandbox.ts'
import { cachedPytest, testEnvironment } from './environment.ts'
import { placeReading, type Reading } from './reading.ts'
import { checksOf } from './results.ts'
import { type Tell, tailTeller } from '../tail.ts'
import { tailOf } from './text.ts'

export interface TestCommand {
  argv: string[]
  folder: string
  sandbox: Sandbox
  /** The dependency folders that links in the folder lead to. */
  dependencies?: Dependencies
  /** Paths outside the folder that the command may read, and write. */
  readable?: string[]
  writable?: string[]
  /** Variables on top of the minimal environment; NODE_OPTIONS, PYTEST_ADDOPTS and PYTHONPATH are added to ours. */
  environment?: Record<string, string>
  /** The worker's variables, of which only PATH, and HOME and LOOPWRIGHT_CACHE to find the cache, are read; default `process.env`. */
  worker?: Record<string, string | undefined>
  /** How its results are read, as a test call says it. */
  report?: string
  minutes: number
  /** Kills the process group. */
  signal?: AbortSignal
  /** Told the last 2 KiB of output whenever there is more. */
  onTail?: Tell
}

export interface TestRun {
  /** Null when the command did not end by itself. */
  exitCode: number | null
  timedOut: boolean
  ended?: NonNullable<ProcessResult['ended']>
  format: TestReport['format']
  /** One per test; with `exit code` one named after the command, which other formats have too when the command failed besides its tests. */
  checks: Check[]
  output: Buffer
  /** At most 2,000 characters. */
  tail: string
  milliseconds: number
  /** What confined the command. */
  sandbox: Sandbox['level']
}

const tailCharacters = 2_000

/** Runs a test command in a folder and reads its results per test where its framework is known. Nothing is written into the folder by us; a report of an earlier run is removed. */
export async function runTestCommand(command: TestCommand): Promise<TestRun> {
  const folder = await realpath(command.folder)
  const report = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-report-')))
  try {
    const placed = await placeReading(command, folder, report)
    const worker = command.worker ?? process.env
    const running = command.sandbox.run(placed.argv, {
      folder,
      environment: testEnvironment(worker, placed.environment, command.environment ?? {}),
      readable: [...cachedPytest(worker), ...(command.readable ?? [])],
      writable: [report, ...(command.writable ?? [])],
      ...(command.dependencies ? { dependencies: command.dependencies } : {}),
      timeoutMilliseconds: Math.max(1, Math.round(command.minutes * 60_000)),
      ...(command.signal ? { signal: command.signal } : {}),
      ...(command.onTail ? { onOutput: tailTeller(command.onTail) } : {}),
    })
    crashPoint('tests.running')
    const result = await running
    crashPoint('tests.ended')
    const reading = result.ended ? { format: placed.format } : placed.read(result)
    return assemble(command, withText(result, reading), reading, folder)
  } finally {
    await rm(report, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What people read is the text that a report holds, where it is printed in place of the text. */
function withText(result: ProcessResult, { printed }: Reading): ProcessResult {
  return printed === undefined ? result : { ...result, output: Buffer.from(printed) }
}

function assemble(command: TestCommand, result: ProcessResult, reading: Reading, folder: string): TestRun {
  const tail = tailOf(result.output, tailCharacters)
  const checks = reading.results && checksOf(reading.results, folder)
  const none = noTests(reading, result.exitCode, checks, tail)
  return {
    exitCode: result.exitCode,
    timedOut: result.ended === 'timeout',
    ...(result.ended ? { ended: result.ended } : {}),
    format: reading.format,
    checks: none ? [] : [...(checks ?? []), ...commandCheck(command, result, reading, checks, tail)],
    output: result.output,
    tail,
    milliseconds: result.milliseconds,
    sandbox: command.sandbox.level,
  }
}

/** Whether the framework ran and found no test: such a run has no check at all. */
function noTests({ format, problem }: Reading, exitCode: number | null, checks: Check[] | undefined, tail: string): boolean {
  if (format === 'exit code' || exitCode === null || problem !== undefined) return false
  if (format === 'jest' && checks === undefined) return /^No tests found, exiting with code [01]/m.test(tail)
  return checks?.length === 0 && (exitCode === 0 || exitCode === 5 || format === 'node')
}

/** The check named after the command: what the command as a whole did, where no test says it. */
function commandCheck(command: TestCommand, result: ProcessResult, reading: Reading, checks: Check[] | undefined, tail: string): Check[] {
  if (result.ended === 'cancelled') return []
  const name = commandName(command.argv)
  const problem = problemOf(command, result, reading, checks)
  if (problem !== undefined) return [{ name, status: 'failed', message: tail === '' ? problem : `${problem}\n${tail}` }]
  return reading.format === 'exit code' ? [{ name, status: 'passed' }] : []
}

function problemOf(
  { argv, minutes }: TestCommand,
  { ended, exitCode }: ProcessResult,
  { format, problem }: Reading,
  checks: Check[] | undefined,
): string | undefined {
  if (ended === 'not found') return `\`${argv[0]}\` was not found or is not executable.`
  if (ended === 'timeout') return `The command did not end within ${minutes} minutes and was stopped.`
  const limit = limitInWords(ended)
  if (limit !== undefined) return `The command ${limit} and was stopped.`
  if (exitCode === null) return 'The command was ended by a signal.'
  if (problem !== undefined) return `The command ended with exit code ${exitCode}, and its report can't be believed: ${problem}.`
  if (format !== 'exit code' && checks === undefined) return `The command ended with exit code ${exitCode} without results of its tests.`
  if (exitCode !== 0 && !checks?.some((check) => check.status === 'failed'))
    return `The command ended with exit code ${exitCode}${checks ? ' although no test failed' : ''}.`
  return undefined
}

/** The name of the check that stands for a whole command. */
export function commandName(argv: string[]): string {
  return argv.join(' ')
}
