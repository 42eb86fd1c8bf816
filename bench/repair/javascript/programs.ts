import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Dice } from '../dice.ts'
import { type Files, type WorkingProgram } from '../program.ts'
import { faultsOf } from './plant.ts'
import { splitTests } from './split.ts'

const longestLines = 150
const unsuited = /\b(vi|jest)\.|\.each|toMatchSnapshot|fetch\(|require\(|process\.|from '(?!\.)/

/** The programs of a clone of TheAlgorithms/JavaScript or /TypeScript that stand in one file and have tests that can be split. */
export async function javascriptPrograms(folder: string, language: 'JavaScript' | 'TypeScript', seed: string): Promise<WorkingProgram[]> {
  const ending = language === 'TypeScript' ? '.ts' : '.js'
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(`.test${ending}`)).sort()
  const found: WorkingProgram[] = []
  for (const path of files) {
    const program = await programOf(folder, path, language, ending, seed).catch(() => undefined)
    if (program) found.push(program)
  }
  return found
}

async function programOf(
  folder: string,
  path: string,
  language: 'JavaScript' | 'TypeScript',
  ending: string,
  seed: string,
): Promise<WorkingProgram | undefined> {
  const name = basename(path).slice(0, -`.test${ending}`.length)
  const [tests, right] = await Promise.all([
    readFile(join(folder, path), 'utf8'),
    readFile(join(folder, dirname(dirname(path)), `${name}${ending}`), 'utf8'),
  ])
  const imports = [...tests.matchAll(/from '([^']+)'/g)].map(([, from]) => from)
  if (imports.length !== 1 || imports[0] !== `../${name}` || /from '/.test(right)) return undefined
  if (unsuited.test(tests) || right.split('\n').length > longestLines) return undefined
  const split = splitTests(tests, path)
  if (!split) return undefined
  const title = `${dirname(dirname(path))}/${name}`
  const dice = new Dice(`${seed} ${language} ${title}`)
  const runner = language === 'TypeScript' || dice.below(2) === 0 ? jest : node
  const file = `src/${name}${ending}`
  const testFile = `test/${name}.test${ending}`
  return {
    name: title,
    language,
    file,
    right,
    files: { ...runner.files, [file]: right, [testFile]: runner.test(split.shown, name, ending) },
    hidden: { [testFile]: runner.test(split.hidden, name, ending) },
    command: runner.command,
    faults: faultsOf(right, file, dice, 12),
  }
}

interface Runner {
  files: Files
  command: string[]
  test: (source: string, name: string, ending: string) => string
}

const jest: Runner = {
  files: { 'package.json': '{ "private": true, "jest": { "transform": { "\\\\.[jt]s$": "@swc/jest" } } }\n' },
  command: ['npx', 'jest'],
  test: (source, name) => source.replace(`'../${name}'`, `'../src/${name}'`),
}

const node: Runner = {
  files: {
    'package.json': '{ "private": true, "type": "module" }\n',
    'test/support/expect.js': "export { expect } from 'expect'\n",
  },
  command: ['node', '--test', 'test/'],
  test: (source, name, ending) =>
    `import { afterEach, before as beforeAll, beforeEach, describe, it, test } from 'node:test'\nimport { expect } from 'expect'\n` +
    source.replace(`'../${name}'`, `'../src/${name}${ending}'`),
}
