import { existsSync } from 'node:fs'
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { readRegular } from '../regular-file.ts'
import { coveredLines } from './covered-lines.ts'
import { isTestFile } from './editable.ts'
import { packageFile } from './package-file.ts'
import { type RunTests } from './result.ts'

/** One test and the lines it executed, by file; paths are relative to the folder. */
export interface TracedTest {
  file: string | undefined
  titles: string[]
  passed: boolean
  /** Lines that ran during the test. */
  lines: Map<string, Set<number>>
  /** Lines that ran in its process outside of tests: while files were loaded. */
  outside: Map<string, Set<number>>
}

const Stretches = z.record(z.string(), z.array(z.tuple([z.int(), z.int()])))
const JavaScriptTrace = z.object({
  groups: z.array(
    z.object({
      file: z.string().optional(),
      outside: z.array(Stretches),
      tests: z.array(z.object({ titles: z.array(z.string()), passed: z.boolean().optional(), covered: Stretches })),
    }),
  ),
  sources: z.record(z.string(), z.object({ path: z.string(), map: z.string().optional(), source: z.string() })),
})
type JavaScriptTrace = z.infer<typeof JavaScriptTrace>

const Lines = z.record(z.string(), z.array(z.int()))
const PythonTrace = z.object({
  python: z.literal(true),
  file: z.string(),
  outside: Lines,
  tests: z.array(z.object({ file: z.string().nullable(), titles: z.array(z.string()), passed: z.boolean(), lines: Lines })),
})

/** The variables that make a test run leave a trace. */
function tracingVariables(folder: string, into: string, seconds: number): Record<string, string> {
  return {
    LOOPWRIGHT_TRACE: into,
    LOOPWRIGHT_TRACE_ROOT: folder,
    LOOPWRIGHT_TRACE_SECONDS: String(seconds),
    NODE_OPTIONS: `--require ${JSON.stringify(packageFile('tracers/javascript.cjs'))}`,
    PYTHONPATH: packageFile('tracers/python'),
    PYTEST_PLUGINS: 'loopwright_pytest_tracer',
  }
}

/** A test that runs for so many seconds, traced, seems to hang. */
const hangingSeconds = 8
const hangsFile = 'hangs'
/** Of one process. */
const mostBytes = 200_000_000

/** Runs the tests once more and finds out which lines each executed, and whether one hangs. The folder must be a real path. */
export async function traceTests(
  runTests: RunTests,
  call: { folder: string; argv: string[]; minutes: number; signal: AbortSignal },
): Promise<{ tests: TracedTest[]; hangs: boolean }> {
  const into = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-trace-')))
  const enough = new AbortController()
  const watch = setInterval(() => existsSync(join(into, hangsFile)) && enough.abort(), 200)
  try {
    const signal = AbortSignal.any([call.signal, enough.signal])
    const environment = tracingVariables(call.folder, into, hangingSeconds)
    await runTests({ ...call, signal, environment, readable: [packageFile('tracers')], writable: [into] })
    const names = (await readdir(into)).sort()
    const traces = names.filter((name) => name !== hangsFile).map((name) => join(into, name))
    return { tests: traces.flatMap((path) => readTrace(path, call.folder)), hangs: names.includes(hangsFile) }
  } finally {
    clearInterval(watch)
    await rm(into, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** A trace that is broken, or is no file, only makes the search less precise: programs under test can write here. */
function readTrace(path: string, folder: string): TracedTest[] {
  try {
    return testsOf(JSON.parse(readRegular(path, mostBytes).toString()), folder)
  } catch {
    return []
  }
}

function testsOf(trace: unknown, folder: string): TracedTest[] {
  const python = PythonTrace.safeParse(trace)
  if (!python.success) return readJavaScript(JavaScriptTrace.parse(trace), folder)
  const { outside, tests, file } = python.data
  if (tests.length === 0) return []
  return tests.map((test) => ({
    file: within(test.file ?? file, folder),
    titles: test.titles,
    passed: test.passed,
    lines: sets(test.lines),
    outside: sets(outside),
  }))
}

function sets(lines: Record<string, number[]>): Map<string, Set<number>> {
  return new Map(Object.entries(lines).map(([file, numbers]) => [file, new Set(numbers)]))
}

function readJavaScript({ groups, sources }: JavaScriptTrace, folder: string): TracedTest[] {
  const linesOf = (covered: z.infer<typeof Stretches>[]) => {
    const found = new Map<string, Set<number>>()
    for (const stretches of covered)
      for (const [script, list] of Object.entries(stretches)) {
        const source = sources[script]
        if (source) for (const [path, line] of coveredLines(source, list)) put(found, within(path, folder), line)
      }
    return found
  }
  return groups.flatMap((group) => {
    const outside = linesOf(group.outside)
    const started = within(group.file, folder)
    const file = [...(started === undefined ? [] : [started]), ...outside.keys()].find(isTestFile) ?? started
    return group.tests.map((test) => ({ file, titles: test.titles, passed: test.passed ?? false, lines: linesOf([test.covered]), outside }))
  })
}

function put(map: Map<string, Set<number>>, file: string | undefined, line: number): void {
  if (file === undefined) return
  const lines = map.get(file) ?? new Set()
  map.set(file, lines.add(line))
}

/** A path relative to the folder, or undefined when it lies outside. */
function within(path: string | undefined, folder: string): string | undefined {
  if (path === undefined) return undefined
  const inside = relative(folder, resolve(folder, path))
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? undefined : inside.split(sep).join('/')
}
