import { basename } from 'node:path'
import { scriptOf, scriptsIn } from './detect.ts'

/** Scripts that call scripts are followed this deep. */
const deepest = 5

/** A word of a command; `module` when its program finds a file by it without the file's ending. */
interface Word {
  text: string
  module: boolean
}

/** Tells whether a test command, or a package script that it runs, names a path: as a file, as a module or by a wildcard. */
export function namedPaths(command: string[], packageJson: string | undefined): (path: string) => boolean {
  const files = new Set<string>()
  const modules = new Set<string>()
  const wildcards: RegExp[] = []
  for (const { text, module } of wordsOf(command, scriptsIn(packageJson), 0)) {
    const form = pathOf(text)
    if (form === undefined) continue
    if (/[*?]/.test(form)) wildcards.push(wildcard(form))
    else files.add(form)
    if (module) modules.add(form).add(form.replaceAll('.', '/'))
  }
  return (path) => {
    const stem = path.replace(/\.[^./]+$/, '')
    const folder = stem.replace(/\/(index|__main__)$/, '')
    return files.has(path) || modules.has(stem) || modules.has(folder) || wildcards.some((pattern) => pattern.test(path))
  }
}

/** The words of a command and of the scripts that it runs, with those that package managers run before and after. */
function wordsOf(command: string[], scripts: Record<string, string>, depth: number): Word[] {
  const script = scriptOf(command, scripts)
  if (script === undefined || depth >= deepest) return marked(command)
  const texts = [scripts[`pre${script.name}`], script.text, scripts[`post${script.name}`]]
  const commands = texts.flatMap((text) => (text ?? '').split(/&&|\|\||[;|&\n]/))
  return [
    ...marked(command),
    ...commands.flatMap((text) => {
      const words = (text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []).map((word) => word.replaceAll(/['"]/g, ''))
      const first = words.findIndex((word) => !/^\w+=/.test(word) && word !== 'cross-env' && word !== 'env')
      return wordsOf(words.slice(Math.max(0, first)), scripts, depth + 1)
    }),
  ]
}

/** Node loads its first word, and what -r and its like name, as modules; Python any word after -m. */
function marked(command: string[]): Word[] {
  const program = basename(command[0] ?? '')
  const script = /^(node|tsx|ts-node|bun)$/.test(program) ? command.findIndex((word, at) => at > 0 && !word.startsWith('-')) : -1
  return command.map((text, at) => ({
    text,
    module: at === script || /^python[\d.]*$/.test(program) || /^(-r|--require|--import|--loader)$/.test(command[at - 1] ?? ''),
  }))
}

/** The path that a word may mean: `--config=a/b.js`, `./a.py::test`. */
function pathOf(word: string): string | undefined {
  const value = word.startsWith('-') ? word.slice(word.indexOf('=') + 1) : word
  const path = (value.split('::')[0] ?? '').replace(/^(\.\/)+/, '').replace(/\/+$/, '')
  return path === '' || path === '.' || path.startsWith('-') ? undefined : path
}

/** A pattern for the paths that a wildcard means. */
export function wildcard(form: string): RegExp {
  const pattern = form
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('?', '[^/]')
    .replaceAll(/\*\*\/?|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'))
  return new RegExp(`^${pattern}$`)
}
