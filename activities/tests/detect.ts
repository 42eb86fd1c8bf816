import { basename } from 'node:path'
import { type TestFormat } from '../../contract/checks.ts'
import { readInside } from '../regular-file.ts'
import { frameworkOf } from './framework.ts'

/** What a test command leads to, package scripts followed. */
export interface Detected {
  framework: Exclude<TestFormat, 'junit' | 'exit code'>
  /** The words that start the framework, after all scripts. */
  words: string[]
  /** The command with words added to the framework's own; undefined where they cannot be handed on. */
  append: (words: string[]) => string[] | undefined
  /** Whether `words` is the command itself and not the text of a script. */
  direct: boolean
}

/** Scripts that call scripts are followed this deep. */
const deepest = 5

/** Finds which test framework a command runs, if it is one whose results can be read; undefined otherwise. */
export async function detect(argv: string[], folder: string): Promise<Detected | undefined> {
  const scripts = readScripts(folder)
  return follow(argv, scripts, true, 0)
}

/** The text of the package script that a command runs (`npm test`, `yarn run check`), if it runs one. */
export function scriptOf(argv: string[], scripts: Record<string, string>): { name: string; text: string } | undefined {
  const [program, ...rest] = argv
  const manager = basename(program ?? '')
  if (!['npm', 'yarn', 'pnpm', 'bun'].includes(manager)) return undefined
  // Then the scripts are those of other folders.
  if (rest.some((word) => /^(-w|--workspaces?|--prefix|-C|--cwd|--dir|-r|--recursive|--filter|-F)(=|$)/.test(word))) return undefined
  const [verb = '', ...others] = rest.filter((word) => !word.startsWith('-'))
  const running = verb === 'run' || verb === 'run-script' || verb === 'rum' || verb === 'urn'
  const name = running ? (others[0] ?? '') : manager === 'npm' && (verb === 't' || verb === 'tst') ? 'test' : verb
  if (!running && manager === 'npm' && name !== 'test') return undefined
  const text = scripts[name]
  return text === undefined ? undefined : { name, text }
}

/** The `scripts` of a package.json's text; none when it cannot be read as one. */
export function scriptsIn(packageJson: string | undefined): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(packageJson ?? '')
    if (typeof parsed !== 'object' || parsed === null || !('scripts' in parsed)) return {}
    const { scripts } = parsed
    if (typeof scripts !== 'object' || scripts === null) return {}
    return Object.fromEntries(Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  } catch {
    return {}
  }
}

function readScripts(folder: string): Record<string, string> {
  try {
    return scriptsIn(readInside(folder, 'package.json').toString())
  } catch {
    return {}
  }
}

function follow(argv: string[], scripts: Record<string, string>, direct: boolean, depth: number): Detected | undefined {
  const script = scriptOf(argv, scripts)
  if (script === undefined) return ofWords(argv, direct)
  if (depth >= deepest) return undefined
  const last = lastCommand(script.text, scripts, depth)
  const inner = last && follow(last, scripts, false, depth + 1)
  if (inner === undefined) return undefined
  const separator = basename(argv[0] ?? '') === 'npm' && !argv.includes('--') ? ['--'] : []
  // The words travel through the script's end, so the inner command says how they arrive there.
  return {
    ...inner,
    direct: false,
    append: (words) => {
      const arriving = inner.append(words)
      return arriving && last && [...argv, ...separator, ...arriving.slice(last.length)]
    },
  }
}

/** The last command of a script, without variable prefixes; undefined where only a shell could tell, or where an earlier one runs tests too. */
function lastCommand(script: string, scripts: Record<string, string>, depth: number): string[] | undefined {
  const commands = script.split('&&').map((text) => text.trim())
  const last = commands.pop() ?? ''
  const outsideQuotes = last.replaceAll(/'[^']*'|"[^"]*"/g, '')
  if (/[|;&<>`\n]|\$\(/.test(outsideQuotes)) return undefined
  if (commands.some((command) => follow(wordsOf(command), scripts, false, depth + 1) !== undefined)) return undefined
  if (/(^|\s)(NODE_OPTIONS|PYTEST_ADDOPTS|PYTHONPATH)=/.test(last) && !/\b(jest|vitest|mocha|ava|tape)\b/.test(last)) return undefined
  return wordsOf(last)
}

/** Words of a script's command, read leniently: wildcards and variables stay as they are. */
function wordsOf(command: string): string[] {
  const words = (command.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []).map((word) => word.replaceAll(/['"]/g, ''))
  while (['env', 'cross-env'].includes(words[0] ?? '') || /^\w+=/.test(words[0] ?? '')) words.shift()
  return words
}

/** Programs that only start another. */
const starters: Record<string, string[]> = {
  npx: [],
  bunx: [],
  c8: [],
  nyc: [],
  npm: ['exec', 'x'],
  yarn: ['run', 'exec', ''],
  pnpm: ['exec', 'run', 'dlx', ''],
  uv: ['run'],
  poetry: ['run'],
  pipenv: ['run'],
}

function ofWords(argv: string[], direct: boolean): Detected | undefined {
  const words = started(argv)
  const framework = frameworkOf(words)
  if (framework === undefined || (framework === 'unittest' && !(direct && words.length === argv.length))) return undefined
  return { framework, words, direct: direct && words.length === argv.length, append: (added) => appended(argv, words, added, direct) }
}

function appended(argv: string[], words: string[], added: string[], direct: boolean): string[] | undefined {
  const end = words.indexOf('--')
  if (end < 0) return basename(argv[0] ?? '') === 'npm' && !argv.includes('--') ? [...argv, '--', ...added] : [...argv, ...added]
  if (!direct) return undefined
  const at = argv.length - words.length + end
  return [...argv.slice(0, at), ...added, ...argv.slice(at)]
}

/** The words of the program that is started in the end. */
function started(argv: string[]): string[] {
  const verbs = starters[basename(argv[0] ?? '')]
  if (verbs === undefined) return argv
  let rest = argv.slice(1)
  if (verbs.length > 0) {
    if (verbs.includes(rest[0] ?? '')) rest = rest.slice(1)
    else if (!verbs.includes('')) return argv
  }
  const first = rest.findIndex((word) => !word.startsWith('-'))
  return first < 0 ? argv : started(rest.slice(first))
}
