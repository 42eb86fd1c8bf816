import { type Parsed, type Result } from './parsed.ts'

/** One level of nested tests. */
interface Level {
  planned?: number
  seen: Set<number>
  results: Result[]
}

const messageCharacters = 10_000
const version = /^TAP version 1[34]\r?$/m
const points = /^( *)(not )?ok\b(?: +(\d+))?(?:\s+|$)(?:- )?(.*)$/
const plans = /^( *)1\.\.(\d+)\s*(?:#.*)?$/
/** Tape says what a test is called in a comment before its assertions; of other producers comments may say anything. */
const fromTape = /^# pass {2}\d+$/m

/** Whether output is TAP by its own word; package managers may have printed what they run before. */
export function isTap(output: string): boolean {
  return /^(?:(?:>.*)?\r?\n)*TAP version 1[34]\r?$/m.exec(output.slice(0, 2_000))?.index === 0
}

/**
 * Reads TAP 13 or 14, with subtests by indentation. Names of tests inside others begin with those of the others. Several programs may have printed a document each, one
 * after the other.
 */
export function parseTap(output: string): Parsed {
  const [before = '', ...documents] = output.split(version)
  const parts = (documents.length > 0 ? documents : [before]).map(parseDocument)
  const problem = parts.find((part) => part.problem !== undefined)?.problem
  return { results: parts.flatMap(({ results }) => results), ...(problem === undefined ? {} : { problem }) }
}

function parseDocument(output: string): Parsed {
  const levels: Level[] = []
  const problems: string[] = []
  const headings = fromTape.test(output)
  let [heading, yaml, last] = ['', undefined as string | undefined, undefined as Result | undefined]
  for (const line of output.split(/\r?\n/)) {
    if (yaml !== undefined) {
      if (line === `${yaml}...`) yaml = undefined
      else note(last, line)
      continue
    }
    const [point, plan] = [points.exec(line), plans.exec(line)]
    if (point) last = addPoint(levels, problems, point, heading)
    else if (plan) planTests(levelOf(levels, plan[1]!), Number(plan[2]), problems)
    else if (/^ *Bail out!/.test(line)) problems.push(`the runner gave up: ${line.trim()}`)
    else if (/^ *---$/.test(line)) yaml = line.slice(0, -3)
    else if (headings && line.startsWith('# ')) heading = line.slice(2)
    else if (last?.status === 'failed' && line.startsWith(' ')) note(last, line)
  }
  if (yaml !== undefined) problems.push('a diagnostic never ends')
  if (levels.length > 1) problems.push('a test with tests inside never ends')
  return parsed(close(levels[0], problems), problems)
}

function addPoint(levels: Level[], problems: string[], [, indent = '', not, number, rest = '']: RegExpExecArray, heading: string): Result {
  const { title, directive } = described(rest)
  const level = levelOf(levels, indent)
  const at = levels.indexOf(level)
  if (levels.length > at + 2) problems.push('a test with tests inside never ends')
  const inner = levels.length > at + 1 ? close(levels[at + 1], problems) : []
  levels.length = at + 1
  const order = number === undefined ? level.seen.size + 1 : Number(number)
  if (level.seen.has(order)) problems.push(`test ${order} is reported twice`)
  level.seen.add(order)
  const titles = at === 0 && heading !== '' ? [heading, title] : [title]
  const skipped = directive === 'todo' || (directive === 'skip' && !not)
  const own: Result = { titles, status: skipped ? 'skipped' : not ? 'failed' : 'passed' }
  level.results.push(...inner.map((result) => ({ ...result, titles: [...titles, ...result.titles] })))
  // What only repeats its inner tests is no test of its own.
  if (inner.length === 0 || (own.status === 'failed' && inner.every(({ status }) => status !== 'failed'))) level.results.push(own)
  return own
}

function described(rest: string): { title: string; directive?: 'skip' | 'todo' } {
  const [, text = '', word] = /^(.*?)(?:(?:^|\s)#\s*(skip|todo)\b.*)?$/i.exec(rest.replace(/\s# time=\S+$/, '')) ?? []
  const title = text.trim().replaceAll(/\\([#\\])/g, '$1')
  return { title, ...(word === undefined ? {} : { directive: word.toLowerCase() === 'skip' ? 'skip' : 'todo' }) }
}

function levelOf(levels: Level[], indent: string): Level {
  const depth = Math.ceil(indent.length / 4)
  while (levels.length <= depth) levels.push({ seen: new Set(), results: [] })
  return levels[depth]!
}

function planTests(level: Level, count: number, problems: string[]): void {
  if (level.planned !== undefined) problems.push('it has two plans')
  level.planned = count
}

/** The results of a level, whose plan must name exactly them. */
function close(level: Level | undefined, problems: string[]): Result[] {
  if (level?.planned === undefined) problems.push('it has no plan, so it may be cut off')
  else if (level.seen.size !== level.planned || [...level.seen].some((number) => number < 1 || number > level.planned!))
    problems.push(`${level.planned} tests were planned and ${level.seen.size} reported`)
  return level?.results ?? []
}

function note(result: Result | undefined, line: string): void {
  if (result?.status === 'failed')
    result.message = `${result.message ? `${result.message}\n` : ''}${line.trim()}`.slice(0, messageCharacters)
}

function parsed(results: Result[], [first]: string[]): Parsed {
  return first === undefined ? { results } : { results, problem: first }
}
