import { basename } from 'node:path'
import { type Detected } from './detect.ts'

/** Options of node that take the next word as their value. */
const nodeValues = new Set(
  '-r --require --import --loader --experimental-loader -C --conditions --test-name-pattern --test-reporter --test-reporter-destination --test-concurrency --test-timeout --test-shard'.split(
    ' ',
  ),
)

/** The test framework that a command's words start, if it is one whose results can be read. */
export function frameworkOf(words: string[]): Detected['framework'] | undefined {
  const [program = '', ...rest] = words
  const name = basename(program)
  if (javaScript.has(name)) return named(name, rest)
  if (name === 'pytest' || name === 'py.test') return 'pytest'
  if (name === 'go') return rest[0] === 'test' ? 'go' : undefined
  if (name === 'cargo') return isCargoTest(rest) ? 'cargo' : undefined
  if (/^(python|pypy)[\d.]*$/.test(name)) return pythonModule(rest)
  if (name !== 'node' && name !== 'tsx') return undefined
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? ''
    if (word === '--test') return 'node'
    if (!word.startsWith('-')) return named(basename(word), rest.slice(at + 1))
    if (nodeValues.has(word)) at += 1
  }
  return undefined
}

function pythonModule(words: string[]): 'pytest' | 'unittest' | undefined {
  let at = 0
  while (words[at]?.startsWith('-') && words[at] !== '-m') at += words[at] === '-W' || words[at] === '-X' ? 2 : 1
  const module = words[at] === '-m' ? words[at + 1] : undefined
  return module === 'pytest' || module === 'unittest' ? module : undefined
}

/** Programs of JavaScript frameworks, which node may be given as well. */
const javaScript = new Map<string, Detected['framework']>([
  ['jest', 'jest'],
  ['jest.js', 'jest'],
  ['vitest', 'vitest'],
  ['vitest.mjs', 'vitest'],
  ['mocha', 'mocha'],
  ['_mocha', 'mocha'],
  ['mocha.js', 'mocha'],
  ['tape', 'tap'],
  ['ava', 'tap'],
])

function named(name: string, words: string[]): Detected['framework'] | undefined {
  const framework = javaScript.get(name)
  return framework === 'vitest' && /^(bench|list|init)$/.test(words[0] ?? '') ? undefined : framework
}

/** Quietly it prints dots in place of names. */
function isCargoTest(words: string[]): boolean {
  const [verb, ...rest] = words.filter((word) => !word.startsWith('+'))
  return (verb === 'test' || verb === 't') && !rest.some((word) => /^(-q|--quiet|--format|--message-format)(=|$)/.test(word))
}
