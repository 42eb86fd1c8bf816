import { existsSync } from 'node:fs'
import { type Mapping, readSourceMap } from './source-map.ts'

/** A script as it was executed: its path, its text and the address of its source map. */
export interface Script {
  path: string
  source: string
  map?: string | undefined
}

const known = new WeakMap<Script, { starts: number[]; mappings: Mapping[][] | undefined; wrapper: number }>()

/** Jest wraps a module in a function, which shifts the columns of its first line. */
const jestWrapper = /^\(\{"Object\.<anonymous>":function\([^)]*\)\{/

function readScript(script: Script) {
  const found = known.get(script)
  if (found) return found
  const starts = [0]
  for (let at = script.source.indexOf('\n'); at >= 0; at = script.source.indexOf('\n', at + 1)) starts.push(at + 1)
  const mappings = readSourceMap(script.path, script.map)
  const read = { starts, mappings, wrapper: jestWrapper.exec(script.source)?.[0].length ?? 0 }
  known.set(script, read)
  return read
}

/** The original files and lines (from 1) that stretches of a script come from. */
export function coveredLines(script: Script, stretches: [number, number][]): [path: string, line: number][] {
  const { starts, mappings, wrapper } = readScript(script)
  const found: [string, number][] = []
  for (const [start, end] of stretches) {
    let index = lineAt(starts, start)
    for (; index < starts.length && (starts[index] ?? 0) < end; index += 1) {
      const lineStart = starts[index] ?? 0
      const from = Math.max(start, lineStart)
      const to = Math.min(end, starts[index + 1] ?? script.source.length)
      if (!/\S/.test(script.source.slice(from, to).replace(/^[)\]}\s;]+$/, ''))) continue
      if (!mappings) found.push([script.path, index + 1])
      else found.push(...mapped(script, mappings[index] ?? [], from - lineStart, to - lineStart, index === 0 ? wrapper : 0))
    }
  }
  return found
}

function mapped(script: Script, mappings: Mapping[], from: number, to: number, shift: number): [string, number][] {
  return mappings
    .filter(({ column }) => column + shift >= from && column + shift < to)
    .map(({ source, line }) => [existsSync(source) ? source : script.path, line + 1])
}

/** The index of the line that an offset lies in. */
function lineAt(starts: number[], offset: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
