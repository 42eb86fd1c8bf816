import { join } from 'node:path'
import { type TestFormat } from '../../../contract/checks.ts'
import { type ProcessResult } from '../../process.ts'
import { readInside, readRegular, removeInside } from '../../regular-file.ts'
import { type Detected } from '../detect.ts'
import { parseCargo } from './cargo.ts'
import { filesNamed } from './find.ts'
import { parseGo } from './go.ts'
import { parseJunit } from './junit.ts'
import { type Parsed } from './parsed.ts'
import { isTap, parseTap } from './tap.ts'

/** A command that reports in a way that is read afterwards. Whatever the tests can print or write could be forged: it only adds to what the exit code says. */
export interface Reporting {
  argv: string[]
  format: TestFormat
  /** Undefined when the command reported nothing that is known. */
  read: (result: ProcessResult) => Parsed | undefined
}

const mostBytes = 50_000_000
const said = ({ stdout }: ProcessResult) => stdout.toString('utf8')
const printed: Record<string, (result: ProcessResult) => Parsed> = {
  tap: (result) => parseTap(said(result)),
  go: (result) => parseGo(said(result)),
  cargo: (result) => parseCargo(said(result), result.output.toString('utf8')),
}

/** How a command reports whose framework is known, with the words that make it report; undefined where they can't be handed on. `place` is a folder for the file. */
export function reportingOf(argv: string[], { framework, append, direct, words }: Detected, place: string): Reporting | undefined {
  const file = join(place, 'junit.xml')
  const read = () => parseJunit([readRegular(file, mostBytes).toString('utf8')])
  const by = (added: string[] | undefined, how: Reporting['read']) => added && { argv: added, format: framework, read: how }
  if (framework === 'vitest')
    return by(append(['--reporter=default', '--reporter=junit', `--outputFile.junit=${file}`]), orNothing(read, file))
  if (framework === 'mocha') return by(append(['--reporter', 'xunit', '--reporter-option', `output=${file}`]), orNothing(read, file))
  if (framework === 'tap') return by(words.some((word) => /^ava$|\/ava$/.test(word)) ? append(['--tap']) : argv, printed['tap']!)
  if (framework === 'cargo') return by(argv, printed['cargo']!)
  if (framework !== 'go') return undefined
  const at = argv.length - words.length + 2
  return by(words.includes('-json') ? argv : direct ? argv.toSpliced(at, 0, '-json') : undefined, printed['go']!)
}

/** How a command reports that was said to; what matches the path is removed before, so that what is read was written by this run. */
export function declaredReporting(argv: string[], report: string, folder: string): Reporting {
  const how = printed[report]
  if (how) return { argv, format: report as TestFormat, read: how }
  const path = report.replace(/^junit:/, '')
  const kept = filesNamed(folder, path).filter((name) => !isRemoved(folder, name))
  const read = () => {
    const names = filesNamed(folder, path)
    if (kept.length > 0) return { results: [], problem: `${kept[0]} of an earlier run could not be removed` }
    const files = names.map((name) => readInside(folder, name, mostBytes).toString('utf8'))
    return files.length > 0 ? parseJunit(files) : nothing(path)
  }
  return { argv, format: 'junit', read: orNothing(read, path) }
}

/** TAP that a command of no known framework prints. */
export function reportOfOutput(result: ProcessResult): Parsed | undefined {
  return isTap(said(result)) ? parseTap(said(result)) : undefined
}

function isRemoved(folder: string, name: string): boolean {
  try {
    removeInside(folder, name)
    return true
  } catch {
    return false
  }
}

function orNothing(read: () => Parsed, path: string): () => Parsed {
  return () => {
    try {
      return read()
    } catch {
      return nothing(path)
    }
  }
}

function nothing(path: string): Parsed {
  return { results: [], problem: `there is no file ${path}, or none that can be read` }
}
