import { isAbsolute, relative, resolve, sep } from 'node:path'
import { type Check } from '../../contract/checks.ts'
import { NotRegular, readInside, readRegular } from '../regular-file.ts'
import { clip, plain } from './text.ts'
import { type Reported } from './reporter.ts'

const nameCharacters = 500
const messageCharacters = 10_000

/** Turns what a reporter wrote into checks with stable names, sorted by file; names that occur again are numbered. */
export function checksOf(reported: Reported, folder: string): Check[] {
  const seen = new Map<string, number>()
  const checks: Check[] = []
  for (const { titles, line, ...result } of sorted(reported)) {
    const file = result.file === undefined ? undefined : withinFolder(result.file, folder)
    // A checkout's place is another one each time.
    const words = [...(file === undefined ? [] : [file]), ...titles].join(' > ').replaceAll(`${folder}/`, '')
    const base = clip(plain(words), nameCharacters) || 'test'
    const occurrence = (seen.get(base) ?? 0) + 1
    seen.set(base, occurrence)
    const endedEarly = result.empty === true && result.file !== undefined && definesNodeTests(folder, result.file)
    const message = endedEarly ? 'The file ended before any of its tests ran.' : result.message
    checks.push({
      name: occurrence === 1 ? base : `${base} #${occurrence}`,
      status: endedEarly ? 'failed' : result.status,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined || line < 1 ? {} : { line }),
      ...(result.assertions === undefined ? {} : { assertions: result.assertions }),
      ...(message === undefined ? {} : { message: clip(readable(message, folder), messageCharacters) }),
    })
  }
  return checks
}

/** A message without escape sequences, frames of the runner's own, and the place of the checkout. */
function readable(message: string, folder: string): string {
  const lines = plain(message.replaceAll(`file://${folder}/`, '').replaceAll(`${folder}/`, '')).split('\n')
  return lines
    .filter((line) => !/^\s+at .*(node_modules\/|node:internal\/)/.test(line))
    .join('\n')
    .trim()
}

/** Runners finish files in any order; within a file the order is that of the tests. */
function sorted(reported: Reported): Reported {
  return reported.toSorted((a, b) => ((a.file ?? '') < (b.file ?? '') ? -1 : (a.file ?? '') > (b.file ?? '') ? 1 : 0))
}

function withinFolder(file: string, folder: string): string {
  const path = relative(folder, resolve(folder, file))
  return path.startsWith(`..${sep}`) || isAbsolute(path) ? file : path.split(sep).join('/')
}

/** `node --test` counts a file as passed that exits with 0 before its tests run; a plain script without tests may pass so. */
function definesNodeTests(folder: string, file: string): boolean {
  const text = textOf(folder, file)
  // A file that is none any more was replaced while it ran: nobody knows what it would have tested.
  if (text === undefined) return true
  const calls = /\b(test|it|suite|describe)(\.\w+)?\s*\(/.test(text)
  // What imports the runner, calls none of its functions by name and exports something is there for other test files.
  return /['"]node:test['"]/.test(text) && (calls || !/\bexports?\b/.test(text))
}

/** Undefined when something else than a file stands there; empty when there is nothing. */
function textOf(folder: string, file: string): string | undefined {
  const path = relative(folder, resolve(folder, file))
  try {
    return (path.startsWith(`..${sep}`) ? readRegular(resolve(folder, file)) : readInside(folder, path)).toString()
  } catch (error) {
    return error instanceof NotRegular ? undefined : ''
  }
}
