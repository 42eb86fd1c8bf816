import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Check } from '../../contract/checks.ts'
import { rankedCandidates } from './candidates.ts'
import { applyEdit, Copies } from './copies.ts'
import { editableFiles } from './editable.ts'
import { hintsOf } from './hints.ts'
import { localise } from './localise.ts'
import { narrowing, type Narrow } from './narrow.ts'
import { describe, nothingFailed, notFound, notStarted, repaired } from './report.ts'
import { type RepairCall, type RepairResult } from './result.ts'
import { runVariables, search } from './search.ts'
import { standing } from './suite.ts'
import { type TracedTest, traceTests } from './trace.ts'

const parallel = 2
/** With these a shell says that it could not start a command. */
const [notExecutableCode, notFoundCode] = [126, 127]
const largestFileBytes = 300_000

/** Looks for one edit that makes failing tests pass and breaks none, tries the likeliest first in copies, and makes the best in the folder. */
export async function repairFolder(call: RepairCall): Promise<RepairResult> {
  const copies = await Copies.of(call.folder)
  try {
    return await repairIn(copies, call)
  } finally {
    await copies.removeAll()
  }
}

async function repairIn(copies: Copies, call: RepairCall): Promise<RepairResult> {
  const started = Date.now()
  const minutes = call.minutes ?? 10
  const signal = call.signal ?? new AbortController().signal
  const seen = await observe(copies, call, minutes / 10, signal)
  const before = standing(seen.checks)
  const elapsed = () => Date.now() - started
  if (before.failing.size === 0) return nothingFailed(seen.checks, elapsed())
  if (seen.exitCode === notFoundCode || seen.exitCode === notExecutableCode) return notStarted([...before.failing], elapsed())
  const failing = seen.checks.filter(({ status }) => status === 'failed')
  const sources = await readSources(call.folder)
  const suspicion = localise(seen.tests, failing, sources)
  const hints = hintsOf(failing.map(({ message }) => message ?? ''))
  const candidates = await rankedCandidates(sources, suspicion, hints, pythonOf(call.argv), call.candidates ?? 600, signal)
  const narrow = await narrowed(copies, call, seen, signal)
  const { best, tried } = await search({
    ...{ runTests: call.runTests, argv: call.argv, copies, ready: seen.copies, checks: seen.checks, suspicion, candidates, signal },
    narrow: narrow?.narrow,
    minutes: { whole: patience(seen.milliseconds, seen.hung), some: patience(narrow?.milliseconds ?? 0, seen.hung) },
    deadline: started + minutes * 60_000,
    onTried: (count, found) =>
      call.onProgress?.({
        tried: count,
        of: candidates.length,
        best: found && describe(found.candidate, sources.get(found.candidate.file) ?? ''),
      }),
  })
  signal.throwIfAborted()
  if (!best) return notFound([...before.failing], tried, elapsed())
  await applyEdit(call.folder, best.candidate)
  return repaired(best, sources.get(best.candidate.file) ?? '', [...before.failing], tried, elapsed())
}

interface Observed {
  exitCode: number | null
  checks: Check[]
  milliseconds: number
  hung: boolean
  tests: TracedTest[]
  copies: string[]
}

/** Runs the tests twice at once: as they are, and traced. */
async function observe(copies: Copies, { runTests, argv }: RepairCall, minutes: number, signal: AbortSignal): Promise<Observed> {
  const made = await Promise.all(Array.from({ length: parallel }, () => copies.make()))
  const [plain = '', traced = ''] = made
  const [run, tests] = await Promise.all([
    runTests({ folder: plain, argv, environment: runVariables, minutes, signal }),
    traceTests(runTests, { folder: traced, argv, minutes, signal }),
  ])
  signal.throwIfAborted()
  return {
    exitCode: run.exitCode,
    checks: run.checks,
    milliseconds: run.milliseconds,
    hung: run.milliseconds >= minutes * 60_000,
    tests,
    copies: made,
  }
}

async function readSources(folder: string): Promise<Map<string, string>> {
  const files = await editableFiles(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return new Map(files.map((file, index) => [file, texts[index] ?? ''] as const).filter(([, text]) => text.length <= largestFileBytes))
}

/** The narrowed command, once it has shown the same failures as the whole; undefined where that can't be had. */
async function narrowed(
  copies: Copies,
  { runTests, argv }: RepairCall,
  seen: Observed,
  signal: AbortSignal,
): Promise<{ narrow: Narrow; milliseconds: number } | undefined> {
  const [copy = ''] = seen.copies
  const failing = seen.checks.filter(({ status }) => status === 'failed')
  const files = [...new Set(failing.map(({ file }) => file))].filter((file) => file !== undefined).sort()
  if (files.length === 0 || failing.some(({ file }) => file === undefined)) return undefined
  const narrow = await narrowing(argv, copy, copies.cache('cache'))
  const command = narrow?.(files)
  if (!narrow || !command) return undefined
  const run = await runTests({
    folder: copy,
    argv: command,
    environment: runVariables,
    minutes: patience(seen.milliseconds, seen.hung),
    signal,
  })
  const now = standing(run.checks)
  const same = seen.checks.every(
    ({ name, file, status }) =>
      !files.includes(file ?? '') || status === 'skipped' || (status === 'failed' ? now.failing : now.passing).has(name),
  )
  return same ? { narrow, milliseconds: run.milliseconds } : undefined
}

/** How many minutes a run may take that took so long before: an edit may make a loop endless. */
function patience(milliseconds: number, hung: boolean): number {
  return (hung ? 8_000 : 2_500 + milliseconds * 4) / 60_000
}

/** The Python that the command starts, else the usual one. */
function pythonOf(argv: string[]): string {
  return argv.find((word) => word.includes('/') && /^python[\d.]*$/.test(basename(word))) ?? 'python3'
}
