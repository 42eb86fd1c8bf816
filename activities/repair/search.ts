import { type Check } from '../../contract/checks.ts'
import { type Candidate } from './candidates.ts'
import { applyEdit, type Copies } from './copies.ts'
import { inOrder } from './in-order.ts'
import { type Suspicion } from './localise.ts'
import { type Narrow } from './narrow.ts'
import { type RunTests } from './result.ts'
import { type Standpoint } from './resume.ts'
import { type Screen } from './warm/screen.ts'
import { mended, type Standing, standing } from './suite.ts'

/** What a search needs to know. */
export interface Search {
  runTests: RunTests
  argv: string[]
  /** Commands for some files only, where that works. */
  narrow: Narrow | undefined
  /** Says quickly which candidates are worth a run of the tests' own command, where that works. */
  screen: Screen | undefined
  copies: Copies
  /** Copies that stand ready; as many candidates are tried at a time. */
  ready: string[]
  checks: Check[]
  suspicion: Suspicion
  candidates: Candidate[]
  /** How long a run of the whole suite, and one of some files, may take. */
  minutes: { whole: number; some: number }
  /** When to stop looking, in milliseconds since 1970. */
  deadline: number
  signal: AbortSignal
  /** Where a search that was broken off goes on. */
  from: Standpoint
  onTried: (now: Standpoint) => void
}

/** An edit that mends at least a part. */
export interface Found {
  candidate: Candidate
  after: Standing
}

/** After an edit that mends a part, so many more are looked at when the tests fail for different reasons, or for one. */
const further = { differentReasons: 120, oneReason: 600 }

/** Tries candidates in order until one mends everything, or the best that mends a part is good enough; then closes the screen. */
export async function search(task: Search): Promise<{ best: Found | undefined; tried: number }> {
  const before = standing(task.checks)
  const stop = new AbortController()
  const signal = AbortSignal.any([task.signal, stop.signal])
  let { looked, tried, since, best } = task.from
  const patience = task.suspicion.oneReason ? further.oneReason : further.differentReasons
  // What is in flight doesn't decide: a candidate is skipped or counted by what those before it came to.
  const worthwhile = ({ file, line, lastLine }: Candidate) =>
    !best || task.suspicion.failingTests(file, line, lastLine) > before.failing.size - best.after.failing.size
  const work = async (candidate: Candidate) => {
    if (worthwhile(candidate)) return attempt(task, before, candidate, signal)
    task.screen?.skip(candidate)
    return undefined
  }
  try {
    const rest = best?.after.failing.size === 0 ? [] : task.candidates.slice(looked)
    for await (const [candidate, after] of inOrder(rest, task.ready.length, work)) {
      task.signal.throwIfAborted()
      looked += 1
      if (!worthwhile(candidate)) continue
      tried += 1
      if (best) since += 1
      if (after && (!best || after.failing.size < best.after.failing.size)) best = { candidate, after }
      task.onTried({ looked, tried, since, best })
      if (best?.after.failing.size === 0 || since >= patience || Date.now() > task.deadline) {
        stop.abort()
        break
      }
    }
  } finally {
    stop.abort()
    await task.screen?.close()
  }
  return { best, tried }
}

/** Tries one candidate; undefined unless it mends something and breaks nothing. */
async function attempt(task: Search, before: Standing, candidate: Candidate, signal: AbortSignal): Promise<Standing | undefined> {
  const screened = await task.screen?.checks(candidate)
  if (signal.aborted) return undefined
  if (!screened) return attemptAlone(task, before, candidate, signal)
  const files = new Set(screened.map(({ file }) => file))
  const ranFiles = new Map(task.checks.map(({ name, file }) => [name, file]))
  const promising = mended(before, standing(screened), (name) => files.has(ranFiles.get(name)))
  return promising === undefined ? undefined : confirm(task, before, candidate, signal)
}

/** Tries one candidate by the tests' own command alone. */
async function attemptAlone(task: Search, before: Standing, candidate: Candidate, signal: AbortSignal): Promise<Standing | undefined> {
  const files = task.narrow && task.suspicion.failingFiles(candidate.file, candidate.line, candidate.lastLine)
  const argv = files && task.narrow?.(files)
  const ranFiles = new Map(task.checks.map(({ name, file }) => [name, file]))
  const { copy, restore } = await prepared(task, candidate)
  try {
    const { checks } = await task.runTests({
      folder: copy,
      argv: argv ?? task.argv,
      environment: runVariables,
      writable: [task.copies.cache],
      minutes: Math.min(argv ? task.minutes.some : task.minutes.whole, minutesLeft(task)),
      signal,
    })
    const among = (name: string) => !files || !argv || files.includes(ranFiles.get(name) ?? '')
    if (mended(before, standing(checks), among) === undefined) return undefined
  } finally {
    if (succeeds(restore)) task.ready.push(copy)
    else await task.copies.remove(copy)
  }
  return confirm(task, before, candidate, signal)
}

/** A copy with the candidate's edit made: one that stands ready, unless tests have put something else in the place of its files, or a new one. */
async function prepared({ ready, copies }: Search, candidate: Candidate): Promise<{ copy: string; restore: () => void }> {
  const copy = ready.pop()
  if (copy !== undefined) {
    let restore: (() => void) | undefined
    if (succeeds(() => (restore = applyEdit(copy, candidate))) && restore) return { copy, restore }
    await copies.remove(copy)
  }
  const made = await copies.make()
  return { copy: made, restore: applyEdit(made, candidate) }
}

function succeeds(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** Edits that keep a file's length and time must not meet compiled modules of another text. */
export const runVariables = { PYTHONDONTWRITEBYTECODE: '1' }

/** A run may end a little after the search should, and never much. */
function minutesLeft({ deadline }: Search): number {
  return Math.max(0.1, (deadline - Date.now()) / 60_000)
}

/** What some files' tests have passed is not likely to hang, and a framework's start alone can take seconds. */
const patientMinutes = 15 / 60

/** Runs the whole suite with a candidate in a fresh copy, which no other candidate's tests have written to. */
async function confirm(task: Search, before: Standing, candidate: Candidate, signal: AbortSignal): Promise<Standing | undefined> {
  if (signal.aborted) return undefined
  const copy = await task.copies.make()
  try {
    applyEdit(copy, candidate)
    const { checks } = await task.runTests({
      folder: copy,
      argv: task.argv,
      environment: runVariables,
      minutes: Math.min(Math.max(task.minutes.whole, patientMinutes), minutesLeft(task)),
      signal,
    })
    const after = standing(checks)
    return mended(before, after) === undefined ? undefined : after
  } finally {
    await task.copies.remove(copy)
  }
}
