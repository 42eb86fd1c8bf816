import { basename } from 'node:path'
import { type Candidate, rankedCandidates } from './candidates.ts'
import { applyEdit, type Copies } from './copies.ts'
import { isPython } from './editable.ts'
import { hintsOf } from './hints.ts'
import { loopBodies } from './javascript/loops.ts'
import { localise } from './localise.ts'
import { observe } from './observe.ts'
import { describe, nothingFailed, notFound, notStarted, repaired } from './report.ts'
import { type RepairCall, type RepairResult } from './result.ts'
import { digestOf, standpointOf, stateOf } from './resume.ts'
import { search } from './search.ts'
import { readSources } from './sources.ts'
import { standing } from './suite.ts'
import { type Loops } from './warm/job.ts'
import { screenFor } from './warm/screen-for.ts'

/** With these a shell says that it could not start a command. */
const [notExecutableCode, notFoundCode] = [126, 127]
const mostCandidates = 3_000

/** What a search for one edit came to. */
export interface OneEdit {
  result: RepairResult
  /** Whether what still fails seems to fail for the reason that the edit is about, too. */
  oneReason: boolean
  /** Takes the edit back. */
  undo: () => void
}

/** Looks for the one edit that mends most and breaks nothing, and makes it in the folder. */
export async function oneEdit(copies: Copies, call: RepairCall): Promise<OneEdit> {
  const started = Date.now()
  const minutes = call.minutes ?? 10
  const signal = call.signal ?? new AbortController().signal
  const seen = await observe({ copies, runTests: call.runTests, argv: call.argv, minutes: minutes / 5, signal })
  const before = standing(seen.checks)
  const elapsed = () => Date.now() - started
  const without = (result: RepairResult): OneEdit => ({ result, oneReason: false, undo: () => {} })
  if (before.failing.size === 0) return without(nothingFailed(seen.checks, elapsed()))
  if (seen.exitCode === notFoundCode || seen.exitCode === notExecutableCode) return without(notStarted([...before.failing], elapsed()))
  const failing = seen.checks.filter(({ status }) => status === 'failed')
  const sources = await readSources(call.folder)
  const suspicion = localise(seen.tests, failing, sources)
  const hints = hintsOf(failing.map(({ message }) => message ?? ''))
  const candidates = await rankedCandidates(sources, suspicion, hints, pythonOf(call.argv), call.candidates ?? mostCandidates, signal)
  const digest = digestOf(candidates)
  const from = standpointOf(call.resume, digest, candidates)
  const deadline = started + minutes * 60_000
  const screen = await screenFor(call, copies, seen, suspicion, candidates.slice(from.looked), {
    ...{ signal, deadline },
    loops: loopsOf(sources, candidates),
  })
  const { best, tried } = await search({
    ...{ runTests: call.runTests, argv: call.argv, copies, ready: seen.copies, checks: seen.checks, suspicion, candidates, signal },
    ...{ narrow: seen.narrow, screen, minutes: seen.patience, deadline, from },
    onTried: (now) =>
      call.onProgress?.({
        tried: now.tried,
        of: candidates.length,
        best: now.best && describe(now.best.candidate, sources.get(now.best.candidate.file) ?? ''),
        state: stateOf(digest, candidates, now),
      }),
  })
  signal.throwIfAborted()
  if (!best) return without(notFound([...before.failing], tried, elapsed()))
  const undo = applyEdit(call.folder, best.candidate)
  const result = repaired(best, sources.get(best.candidate.file) ?? '', [...before.failing], tried, elapsed())
  return { result, oneReason: suspicion.oneReason, undo }
}

function loopsOf(sources: Map<string, string>, candidates: Candidate[]): Loops {
  const files = [...new Set(candidates.map(({ file }) => file))].filter((file) => !isPython(file))
  return Object.fromEntries(
    files.map((file) => [file, { source: sources.get(file) ?? '', bodies: loopBodies(sources.get(file) ?? '', file) }]),
  )
}

/** The Python that the command starts, else the usual one. */
function pythonOf(argv: string[]): string {
  return argv.find((word) => word.includes('/') && /^python[\d.]*$/.test(basename(word))) ?? 'python3'
}
