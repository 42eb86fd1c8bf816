import { canonicalJson, sha256 } from './digest.ts'
import { TraceRecord } from './trace.ts'

/** The `previous` of the first line. */
const nothing = '0'.repeat(64)

/** The lines of a trace: each record as canonical JSON, with the hash of the line before and its own, over everything but itself. */
export function chained(records: TraceRecord[]): string[] {
  let previous = nothing
  return records.map((record) => {
    const hash = sha256(canonicalJson({ ...record, previous }))
    const line = canonicalJson({ ...record, previous, hash })
    previous = hash
    return line
  })
}

/** What checking a chain showed: how many lines hold, the hash of the last one, and what is wrong with the first that does not. */
export interface Checked {
  lines: number
  head: string
  problem?: { line: number; what: string }
}

/** Checks the text of an exported trace by itself: that no line was changed, added, dropped or moved since it was exported. */
export function checkChain(text: string): Checked {
  const lines = text.split('\n')
  const unfinished = lines.pop() !== ''
  let previous = nothing
  let kind: string | undefined
  for (const [index, line] of lines.entries()) {
    const found = readLine(line, previous)
    const what = 'what' in found ? found.what : misplaced(found.kind, kind)
    if (what !== undefined) return { lines: index, head: previous, problem: { line: index + 1, what } }
    if ('hash' in found) ({ hash: previous, kind } = found)
  }
  const whole = kind === 'end' && !unfinished
  const problem = { line: lines.length + 1, what: 'the end is missing: the last line of a trace is the end of its run' }
  return { lines: lines.length, head: previous, ...(whole ? {} : { problem }) }
}

function misplaced(kind: string, before: string | undefined): string | undefined {
  if (before === 'end') return 'it stands after the end'
  if ((before === undefined) !== (kind === 'run')) return before === undefined ? 'the beginning is missing' : 'another run begins here'
  return undefined
}

function readLine(line: string, previous: string): { hash: string; kind: string } | { what: string } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { what: 'it is not JSON' }
  }
  if (typeof value !== 'object' || value === null || !('hash' in value) || !('previous' in value)) return { what: 'it has no hash' }
  const { hash, ...rest } = value
  // The same value can be written in many ways; only one of them was exported.
  if (line !== canonicalJson(value)) return { what: 'it is not written as it was exported' }
  if (rest.previous !== previous) return { what: 'the line before it is another one than when it was exported' }
  if (typeof hash !== 'string' || hash !== sha256(canonicalJson(rest))) return { what: 'it was changed' }
  const { previous: _, ...record } = rest
  const known = TraceRecord.safeParse(record)
  return known.success ? { hash, kind: known.data.kind } : { what: 'it is no record of a trace' }
}
