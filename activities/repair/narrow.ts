import { existsSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { detect } from '../tests/detect.ts'
import { isSigned } from '../tests/reporter.ts'

/** Options of the frameworks' own programs that take the next word as their value. */
const withValue = new Set(
  '-r --require --import --loader --experimental-loader -C --conditions --test-name-pattern --test-reporter --test-reporter-destination --test-concurrency --test-timeout -c --config -p -o --rootdir --confcutdir -k -m --maxfail --tb -W -t --testNamePattern --env --preset --setupFiles --transform --maxWorkers -w -s --start-directory --pattern --top-level-directory'.split(
    ' ',
  ),
)

/** Makes a command that runs only some test files out of one that runs all; undefined for what isn't understood. */
export type Narrow = (files: string[]) => string[] | undefined

/** Finds out how a test command can be narrowed to files. `cache` is a folder that may be kept between its runs. */
export async function narrowing(argv: string[], folder: string, cache: string): Promise<Narrow | undefined> {
  const detected = await detect(argv, folder)
  if (!detected) return undefined
  const { framework } = detected
  if (!isSigned(framework)) return undefined
  const [program = '', ...rest] = detected.words
  const command = program.includes('/') ? program : (binary(folder, program) ?? program)
  switch (framework) {
    case 'node':
      return (files) => [command, ...options(rest), ...files]
    case 'jest': {
      const script = rest.findIndex((word) => /^jest(\.js)?$/.test(basename(word)))
      const before = basename(program).startsWith('jest') ? [] : rest.slice(0, script + 1)
      const after = options(rest.slice(before.length)).filter((word) => !/^--(coverage|watch)/.test(word))
      return (files) => [
        command,
        ...before,
        ...after,
        '--watchman=false',
        '--runInBand',
        `--cacheDirectory=${cache}`,
        '--runTestsByPath',
        ...files,
      ]
    }
    case 'pytest': {
      const start = rest[0] === '-m' ? 2 : 0
      return (files) => [command, ...rest.slice(0, start), ...options(rest.slice(start)), ...files]
    }
    case 'unittest':
      return (files) => unittest(command, rest, files)
  }
}

/** A framework's program among the dependencies of the folder or of one above it; relative, because it is run in other copies too. */
function binary(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, 'node_modules', '.bin', name)
    if (existsSync(path)) return relative(folder, path)
    if (at === dirname(at)) return undefined
  }
}

/** The options among words, with their values, without file names. */
export function options(words: string[]): string[] {
  const found: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (!word.startsWith('-')) continue
    found.push(word)
    const value = words[at + 1]
    if (withValue.has(word) && value !== undefined) {
      found.push(value)
      at += 1
    }
  }
  return found.filter((word) => word !== '--')
}

/** Modules by name from the top, or discovery of one file where `discover` was asked for. */
function unittest(command: string, rest: string[], files: string[]): string[] | undefined {
  const at = rest.indexOf('-m')
  const start = rest.slice(0, at + 2)
  const discover = rest.indexOf('discover')
  const flags = rest.slice(at + 2).filter((word) => /^-[vqfcb]+$/.test(word))
  if (discover < 0) return [command, ...start, ...flags, ...files.map((file) => file.replace(/\.py$/, '').replaceAll('/', '.'))]
  const [file] = files
  const other = rest
    .slice(discover + 1)
    .filter((word) => word.startsWith('-') && !/^-[vqfcbst]+$|^--(start-directory|top-level-directory)/.test(word))
  if (file === undefined || files.length > 1 || other.length > 0 || rest.includes('-t')) return undefined
  return [
    command,
    ...start,
    'discover',
    ...flags,
    '-s',
    dirname(file),
    '-p',
    basename(file),
    ...(existsSync(join(dirname(file), '__init__.py')) ? ['-t', '.'] : []),
  ]
}
