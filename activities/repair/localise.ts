import { type Check } from '../../contract/checks.ts'
import { inheritedScores } from './inherited.ts'
import { type TracedTest } from './trace.ts'

/** What is known about where the fault is. */
export interface Suspicion {
  /** How suspicious the most suspicious of these lines is, between 0 and 1. */
  score(file: string, first: number, last: number): number
  /** The test files of the failing tests that execute one of these lines, sorted; undefined when that isn't known. */
  failingFiles(file: string, first: number, last: number): string[] | undefined
  /** How many failing tests execute one of these lines: so many an edit there can mend at most. Infinite when that isn't known. */
  failingTests(file: string, first: number, last: number): number
  /** Whether the failing tests seem to fail for one reason. */
  oneReason: boolean
}

/** A line only loaded, not run by the failing tests, is less suspicious. */
const loadedOnly = 0.6
const namedInStack = 0.2
/** The rank of a line for one failing test alone counts a little less than that for all. */
const alone = 0.9
/** For one reason to be likely, a line that all failing tests share must have this share of the highest score. */
const shareOfHighest = 0.65

const key = (file: string, line: number) => `${file}:${line}`
const fileOf = (line: string) => line.slice(0, line.lastIndexOf(':'))
const ochiai = (byFailed: number, failed: number, byPassed: number) => byFailed / Math.sqrt(failed * (byFailed + byPassed))

/** Ranks the lines of a project by how much more failing than passing tests execute them, and by the stacks of the failures. */
export function localise(tests: TracedTest[], failing: Check[], sources: Map<string, string>): Suspicion {
  const failed = tests.filter((test) => !test.passed && touches(test, sources))
  const passed = tests.filter((test) => test.passed)
  const stacks = stackLines(failing, sources)
  const scores = failed.length > 0 ? spectrum(failed, passed, sources) : everyLine(sources)
  for (const [line, score] of inheritedScores(scores, sources)) scores.set(line, Math.max(score, scores.get(line) ?? 0))
  for (const line of stacks) scores.set(line, Math.min(1, (scores.get(line) ?? 0.5) + namedInStack))
  const some = (file: string, first: number, last: number, holds: (line: number) => boolean) => {
    for (let line = first; line <= last; line += 1) if (holds(line)) return true
    return false
  }
  const ran = (test: TracedTest, file: string, first: number, last: number) =>
    some(file, first, last, (line) => (test.lines.get(file)?.has(line) ?? false) || (test.outside.get(file)?.has(line) ?? false))
  return {
    score: (file, first, last) => {
      let best = 0
      for (let line = first; line <= last; line += 1) best = Math.max(best, scores.get(key(file, line)) ?? 0)
      return best
    },
    failingFiles: (file, first, last) => {
      const files = failed.filter((test) => ran(test, file, first, last)).map((test) => test.file)
      return files.length === 0 || files.includes(undefined) ? undefined : [...new Set(files.filter((name) => name !== undefined))].sort()
    },
    failingTests: (file, first, last) => (failed.length > 0 ? failed.filter((test) => ran(test, file, first, last)).length : Infinity),
    oneReason: haveOneReason(failed, passed, sources),
  }
}

function touches(test: TracedTest, sources: Map<string, string>): boolean {
  return [...test.lines.keys(), ...test.outside.keys()].some((file) => sources.has(file))
}

/** Counts, for each line, the tests that execute it. */
function countLines(tests: TracedTest[], of: (test: TracedTest) => Map<string, Set<number>>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const test of tests)
    for (const [file, lines] of of(test)) for (const line of lines) counts.set(key(file, line), (counts.get(key(file, line)) ?? 0) + 1)
  return counts
}

/** Ochiai's coefficient over all failing tests, or over the failing test alone for which it is highest: faults don't hide each other then. */
function spectrum(failed: TracedTest[], passed: TracedTest[], sources: Map<string, string>): Map<string, number> {
  const failedCounts = countLines(failed, (test) => test.lines)
  const passedCounts = countLines(passed, (test) => test.lines)
  const scores = new Map<string, number>()
  for (const [line, count] of failedCounts) {
    const byPassed = passedCounts.get(line) ?? 0
    const together = ochiai(count, failed.length, byPassed)
    scores.set(line, Math.max(together, alone / Math.sqrt(1 + byPassed)))
  }
  const outside = countLines(failed, (test) => test.outside)
  const outsidePassed = countLines(passed, (test) => test.outside)
  for (const [line, count] of outside) {
    const score = loadedOnly * ochiai(count, failed.length, outsidePassed.get(line) ?? 0)
    scores.set(line, Math.max(score, scores.get(line) ?? 0))
  }
  for (const line of scores.keys()) if (!sources.has(fileOf(line))) scores.delete(line)
  return scores
}

/** Without a trace every line is as suspicious as any other. */
function everyLine(sources: Map<string, string>): Map<string, number> {
  const scores = new Map<string, number>()
  for (const [file, source] of sources) source.split('\n').forEach((_, index) => scores.set(key(file, index + 1), 0.5))
  return scores
}

/** Places of the project named in failure messages: `src/price.js:12` and `File "price.py", line 12`. */
function stackLines(failing: Check[], sources: Map<string, string>): Set<string> {
  const found = new Set<string>()
  for (const { message = '' } of failing)
    for (const match of message.matchAll(/([\w./@-]+\.\w+)(?::(\d+)(?::\d+)?|", line (\d+))/g)) {
      const [, path = '', line, pythonLine] = match
      const file = [...sources.keys()].find((name) => path === name || path.endsWith(`/${name}`))
      if (file !== undefined) found.add(key(file, Number(line ?? pythonLine)))
    }
  return found
}

/** Whether some line that all failing tests execute ranks about as high, over all of them, as any line does. */
function haveOneReason(failed: TracedTest[], passed: TracedTest[], sources: Map<string, string>): boolean {
  const passedCounts = countLines(passed, (test) => test.lines)
  let [highest, shared] = [0, 0]
  for (const [line, count] of countLines(failed, (test) => test.lines)) {
    if (!sources.has(fileOf(line))) continue
    const score = ochiai(count, failed.length, passedCounts.get(line) ?? 0)
    highest = Math.max(highest, score)
    if (count === failed.length) shared = Math.max(shared, score)
  }
  return failed.length < 2 || shared >= shareOfHighest * highest
}
