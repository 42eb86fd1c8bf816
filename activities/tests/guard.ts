import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { NotRegular, readRegular } from '../regular-file.ts'
import { tamperingPrefix } from './known.ts'
import { type Reported } from './reporter.ts'

const Accusation = z.object({ file: z.string().optional(), what: z.string() })
const [mostAccusations, mostBytes] = [50, 200_000_000]

/** The path of a reporter or guard: the build compiles only TypeScript, so what runs from dist/ finds them in the sources. */
export function shipped(name: string): string {
  const beside = fileURLToPath(new URL(`reporters/${name}`, import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../../../activities/tests/reporters/${name}`, import.meta.url))
}

/** The option of node that loads the guard from a folder into every process of the tests. */
export function guardOption(folder: string): string {
  return `--require=${JSON.stringify(join(folder, 'guard.cjs'))}`
}

/** What the guards in a folder wrote; accusations need no signature. */
export function accusationsIn(folder: string): Reported {
  const lines = [...new Set(guardsSaid(join(folder, 'tampering')).slice(0, 100_000).split('\n'))].filter((line) => line !== '')
  return lines.slice(0, mostAccusations).map(accusation)
}

function guardsSaid(path: string): string {
  try {
    return readRegular(path, mostBytes).toString()
  } catch (error) {
    return error instanceof NotRegular ? 'The file that the guards write was replaced' : ''
  }
}

function accusation(line: string): Reported[number] {
  const { file, what } = accusationIn(line)
  return {
    ...(file === undefined ? {} : { file }),
    titles: [`${tamperingPrefix}${what}`],
    status: 'failed',
    message: `${what} while the tests ran.`,
  }
}

function accusationIn(line: string): z.infer<typeof Accusation> {
  try {
    return Accusation.parse(JSON.parse(line))
  } catch {
    // Whoever wrote this, it was not a guard.
    return { what: line.slice(0, 200) }
  }
}
