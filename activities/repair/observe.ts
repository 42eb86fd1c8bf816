import { type Check } from '../../contract/checks.ts'
import { type Copies } from './copies.ts'
import { narrowing, type Narrow } from './narrow.ts'
import { type RepairCall } from './result.ts'
import { runVariables } from './search.ts'
import { sameResults } from './suite.ts'
import { type TracedTest, traceTests } from './trace.ts'

/** What the tests do before anything is changed. */
export interface Observed {
  exitCode: number | null
  checks: Check[]
  tests: TracedTest[]
  /** Copies that stand ready, one for each candidate that is tried at a time. */
  copies: string[]
  /** The command for some files only, where that shows the same failures. */
  narrow: Narrow | undefined
  /** How many minutes a run with a candidate may take: the whole suite, and some files. */
  patience: { whole: number; some: number }
}

type Task = Pick<RepairCall, 'runTests' | 'argv'> & { copies: Copies; minutes: number; signal: AbortSignal }

const parallel = 2
/** Tests that seem to hang get so many minutes to show that they don't, and so many with a candidate. */
const doubtMinutes = 5 / 60
const hangingMinutes = 2 / 60
/** Other runs with a candidate get a multiple of what they took without it. */
const patience = (milliseconds: number) => (2_500 + milliseconds * 4) / 60_000

/** Runs the tests twice at once, as they are and traced, and then those of the failing files alone. */
export async function observe(task: Task): Promise<Observed> {
  const { runTests, argv, minutes, signal } = task
  const copies = await Promise.all(Array.from({ length: parallel }, () => task.copies.make()))
  const [folder = '', other = ''] = copies
  const enough = new AbortController()
  const plain = (limit: AbortSignal) => runTests({ folder, argv, environment: runVariables, minutes, signal: limit })
  const traced = async () => {
    const trace = await traceTests(runTests, { folder: other, argv, minutes, signal })
    if (trace.hangs) enough.abort()
    return trace
  }
  const [first, trace] = await Promise.all([plain(AbortSignal.any([signal, enough.signal])), traced()])
  signal.throwIfAborted()
  let run = first
  if (trace.hangs && run.exitCode === null) {
    const hanging = await observeHanging(task, folder, checksOf(trace.tests))
    if (hanging) return { ...hanging, tests: trace.tests, copies }
    run = await plain(signal)
  }
  const narrow = await narrowed(task, folder, run.checks, patience(run.milliseconds))
  const same = narrow && sameResults(run.checks, narrow.checks, narrow.files) ? narrow : undefined
  return {
    ...{ exitCode: run.exitCode, checks: run.checks, tests: trace.tests, copies, narrow: same?.narrow },
    patience: { whole: patience(run.milliseconds), some: patience(same?.milliseconds ?? 0) },
  }
}

/** A hanging run reports nothing, so what the trace saw until then stands for it; undefined when the tests end after all. */
async function observeHanging(task: Task, folder: string, checks: Check[]): Promise<Omit<Observed, 'tests' | 'copies'> | undefined> {
  const narrow = await narrowed(task, folder, checks, doubtMinutes)
  if (narrow && narrow.exitCode !== null) return undefined
  return { exitCode: null, checks, narrow: narrow?.narrow, patience: { whole: hangingMinutes, some: hangingMinutes } }
}

function checksOf(tests: TracedTest[]): Check[] {
  return tests.map(({ file, titles, passed }) => ({
    name: [...(file === undefined ? [] : [file]), ...titles].join(' > '),
    status: passed ? 'passed' : 'failed',
    ...(file === undefined ? {} : { file }),
  }))
}

/** What the files with failing tests do when they run alone; undefined where the command doesn't allow that. */
async function narrowed(task: Task, folder: string, checks: Check[], minutes: number) {
  const failing = checks.filter(({ status }) => status === 'failed')
  const files = [...new Set(failing.map(({ file }) => file))].filter((file) => file !== undefined).sort()
  if (files.length === 0 || failing.some(({ file }) => file === undefined)) return undefined
  const narrow = await narrowing(task.argv, folder, task.copies.cache)
  const argv = narrow?.(files)
  if (!narrow || !argv) return undefined
  const writable = [task.copies.cache]
  const run = await task.runTests({ folder, argv, environment: runVariables, writable, minutes, signal: task.signal })
  task.signal.throwIfAborted()
  return { narrow, files, ...run }
}
