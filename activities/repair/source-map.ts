import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readRegular } from '../regular-file.ts'

const SourceMap = z.object({ sources: z.array(z.string().nullable()), sourceRoot: z.string().nullish(), mappings: z.string() })

/** A place in an original file that a place of generated code comes from. Lines and columns count from 0. */
export interface Mapping {
  column: number
  source: string
  line: number
}

/** Reads the source map that a script names, inline or beside it: for each generated line its mappings, by column. Undefined without one. */
export function readSourceMap(script: string, address: string | undefined): Mapping[][] | undefined {
  if (!address) return undefined
  try {
    const text = address.startsWith('data:') ? inline(address) : readRegular(beside(script, address)).toString()
    const { sources, sourceRoot, mappings } = SourceMap.parse(JSON.parse(text))
    const base = resolve(dirname(script), sourceRoot ?? '')
    return decode(
      mappings,
      sources.map((source) => (source?.startsWith('file://') ? fileURLToPath(source) : resolve(base, source ?? ''))),
    )
  } catch {
    // A map that is missing or broken only makes the search less precise.
    return undefined
  }
}

function inline(address: string): string {
  const comma = address.indexOf(',')
  const body = address.slice(comma + 1)
  return address.slice(0, comma).endsWith('base64') ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body)
}

function beside(script: string, address: string): string {
  return address.startsWith('file://') ? fileURLToPath(address) : resolve(dirname(script), address)
}

function decode(mappings: string, sources: string[]): Mapping[][] {
  let [source, line] = [0, 0]
  return mappings.split(';').map((group) => {
    let column = 0
    const found: Mapping[] = []
    for (const segment of group.split(',')) {
      const [columnStep, sourceStep, lineStep] = numbers(segment)
      if (columnStep === undefined) continue
      column += columnStep
      if (sourceStep === undefined || lineStep === undefined) continue
      source += sourceStep
      line += lineStep
      const name = sources[source]
      if (name !== undefined) found.push({ column, source: name, line })
    }
    return found
  })
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The numbers of one segment: base 64, least digit first, the lowest bit is the sign. */
function numbers(segment: string): number[] {
  const found: number[] = []
  let [value, shift] = [0, 0]
  for (const character of segment) {
    const digit = alphabet.indexOf(character)
    value |= (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    found.push(value & 1 ? -(value >> 1) : value >> 1)
    value = shift = 0
  }
  return found
}
