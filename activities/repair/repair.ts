import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { rankedCandidates } from './candidates.ts'
import { applyEdit, Copies } from './copies.ts'
import { editableFiles } from './editable.ts'
import { hintsOf } from './hints.ts'
import { localise } from './localise.ts'
import { observe } from './observe.ts'
import { describe, nothingFailed, notFound, notStarted, repaired } from './report.ts'
import { type RepairCall, type RepairResult } from './result.ts'
import { search } from './search.ts'
import { standing } from './suite.ts'

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
  const seen = await observe({ copies, runTests: call.runTests, argv: call.argv, minutes: minutes / 5, signal })
  const before = standing(seen.checks)
  const elapsed = () => Date.now() - started
  if (before.failing.size === 0) return nothingFailed(seen.checks, elapsed())
  if (seen.exitCode === notFoundCode || seen.exitCode === notExecutableCode) return notStarted([...before.failing], elapsed())
  const failing = seen.checks.filter(({ status }) => status === 'failed')
  const sources = await readSources(call.folder)
  const suspicion = localise(seen.tests, failing, sources)
  const hints = hintsOf(failing.map(({ message }) => message ?? ''))
  const candidates = await rankedCandidates(sources, suspicion, hints, pythonOf(call.argv), call.candidates ?? 600, signal)
  const { best, tried } = await search({
    ...{ runTests: call.runTests, argv: call.argv, copies, ready: seen.copies, checks: seen.checks, suspicion, candidates, signal },
    narrow: seen.narrow,
    minutes: seen.patience,
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
  applyEdit(call.folder, best.candidate)
  return repaired(best, sources.get(best.candidate.file) ?? '', [...before.failing], tried, elapsed())
}

async function readSources(folder: string): Promise<Map<string, string>> {
  const files = await editableFiles(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return new Map(files.map((file, index) => [file, texts[index] ?? ''] as const).filter(([, text]) => text.length <= largestFileBytes))
}

/** The Python that the command starts, else the usual one. */
function pythonOf(argv: string[]): string {
  return argv.find((word) => word.includes('/') && /^python[\d.]*$/.test(basename(word))) ?? 'python3'
}
