import { z } from 'zod'
import { type Parsed, type Result } from './parsed.ts'

const Event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  /** Of what did not compile, with the program in brackets. */
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
})
type Event = z.infer<typeof Event>

/** What is known of a package's tests: how each ended, in the order in which they began. */
interface Package {
  tests: Map<string, { ended: Set<string>; printed: string }>
  ended?: string
  printed: string
}

const ends = new Set(['pass', 'fail', 'skip'])
const messageCharacters = 10_000

/** Reads `go test -json`, or what `go test` prints with and without -v. A check is named by its package and test; `file` is the package. */
export function parseGo(output: string): Parsed {
  const lines = output.split(/\r?\n/)
  return lines.some((line) => /^\{.*"Action":/.test(line)) ? parseEvents(lines) : parseText(lines)
}

function parseEvents(lines: string[]): Parsed {
  const packages = new Map<string, Package>()
  const compiled = new Map<string, string>()
  let [printed, problem] = ['', undefined as string | undefined]
  for (const line of lines) {
    const event = line.startsWith('{') ? eventIn(line) : undefined
    if (event === undefined) {
      if (line.startsWith('{')) problem ??= 'a line of it is no event of go test -json'
      printed += line === '' ? '' : `${line}\n`
      continue
    }
    printed += event.Output ?? ''
    const compiling = event.ImportPath?.split(' ')[0]
    if (event.Package !== undefined) add(packageOf(packages, event.Package), event)
    else if (compiling !== undefined) compiled.set(compiling, (compiled.get(compiling) ?? '') + (event.Output ?? ''))
  }
  for (const [name, said] of compiled) {
    const failed = packages.get(name)
    if (failed) failed.printed = said + failed.printed
  }
  return { ...judged(packages, problem), printed }
}

function eventIn(line: string): Event | undefined {
  try {
    return Event.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

function packageOf(packages: Map<string, Package>, name: string): Package {
  const found = packages.get(name) ?? { tests: new Map(), printed: '' }
  packages.set(name, found)
  return found
}

function add(target: Package, { Action, Test, Output = '' }: Event): void {
  if (Test === undefined) {
    target.printed += Output
    if (ends.has(Action)) target.ended = Action
    return
  }
  const test = target.tests.get(Test) ?? { ended: new Set(), printed: '' }
  target.tests.set(Test, test)
  if (test.printed.length < messageCharacters) test.printed += Output
  if (ends.has(Action)) test.ended.add(Action)
}

/** Lines of text name the package last; what stands before belongs to it. */
function parseText(lines: string[]): Parsed {
  const packages = new Map<string, Package>()
  let open: Package = { tests: new Map(), printed: '' }
  let running: string | undefined
  for (const line of lines) {
    const closed = /^(ok {2}|FAIL|\? {3})\s*\t?(\S+)\s+(?:\S+s\b|\(cached\)|\[[^\]]+\])/.exec(line)
    const ended = /^ *--- (PASS|FAIL|SKIP): (\S+) \(/.exec(line)
    const begun = /^=== (?:RUN|CONT|NAME) +(\S+)$/.exec(line)
    if (closed) {
      open.ended = closed[1]!.startsWith('ok') ? 'pass' : closed[1] === 'FAIL' ? 'fail' : 'skip'
      packages.set(closed[2]!, open)
      ;[open, running] = [{ tests: new Map(), printed: '' }, undefined]
    } else if (ended) add(open, { Action: ended[1]!.toLowerCase(), Test: (running = ended[2]!) })
    else if (begun) add(open, { Action: 'run', Test: (running = begun[1]!) })
    else if (running !== undefined && /^\s/.test(line)) add(open, { Action: 'output', Test: running, Output: `${line}\n` })
    else open.printed += `${line}\n`
  }
  return judged(packages, open.tests.size > 0 ? 'its last package never ends' : undefined)
}

function judged(packages: Map<string, Package>, problem: string | undefined): Parsed {
  const open = [...packages].find(([, { ended }]) => ended === undefined)
  const results = [...packages].flatMap(([name, known]) => resultsOf(name, known))
  const why = problem ?? (open ? `the package ${open[0]} never ends` : undefined)
  return { results, ...(why === undefined ? {} : { problem: why }) }
}

function resultsOf(file: string, { tests, ended, printed }: Package): Result[] {
  const results = [...tests].map(([name, test]): Result => {
    const status = test.ended.size !== 1 || test.ended.has('fail') ? 'failed' : test.ended.has('skip') ? 'skipped' : 'passed'
    const why = test.ended.size === 0 ? 'It began and never ended.\n' : test.ended.size > 1 ? 'It is reported in two ways.\n' : ''
    return { file, titles: [name], status, ...(status === 'failed' ? { message: `${why}${test.printed.trim()}` } : {}) }
  })
  const told = results.some(({ status }) => status === 'failed')
  if (ended === 'fail' && !told) results.push({ file, titles: [], status: 'failed', message: printed.trim() || 'The package failed.' })
  // Without -v only the packages are named.
  if (ended === 'pass' && results.length === 0) results.push({ file, titles: [], status: 'passed' })
  return results
}
