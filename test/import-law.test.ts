import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { runProcess } from '../activities/process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const report = z.object({ diagnostics: z.array(z.object({ code: z.string(), message: z.string(), help: z.string().optional() })) })

let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'loopwright-law-')))
  for (const file of ['.oxlintrc.json', 'tsconfig.json']) cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What lint says of one file that stands alone in a tree with our rules: `code: message help` of each complaint. */
async function complaints(file: string, source: string, ...words: string[]): Promise<string[]> {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), source)
  const linter = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  const { stdout } = await runProcess([process.execPath, linter, '--format=json', ...words, file], {
    cwd: folder,
    environment: { PATH: process.env['PATH'] ?? '' },
    timeoutMilliseconds: 60_000,
  })
  return report.parse(JSON.parse(stdout.toString())).diagnostics.map(({ code, message, help }) => `${code}: ${message} ${help ?? ''}`)
}

const imports = (...names: string[]) => names.map((name, index) => `export { value as value${index} } from '${name}'\n`).join('')

const law = [
  ['contract/planted.ts', '../workflows/core/index.ts', 'what everyone agrees on'],
  ['contract/planted.ts', '@temporalio/common', 'nothing but zod, @noble/hashes'],
  ['contract/planted.ts', 'node:fs', 'nothing but zod, @noble/hashes'],
  ['workflows/core/planted.ts', '../../activities/process.ts', 'activities/ as types'],
  ['workflows/loops/planted.ts', '../../store/store.ts', 'deterministic code only'],
  ['workflows/loops/planted.ts', '../../client/index.ts', 'deterministic code only'],
  ['workflows/loops/planted.ts', 'node:fs', 'deterministic code only'],
  ['workflows/loops/planted.ts', 'openai', 'deterministic code only'],
  ['store/planted.ts', '../activities/world.ts', 'knows nothing of Temporal'],
  ['store/planted.ts', '@temporalio/client', 'knows nothing of Temporal'],
  ['activities/model/planted.ts', '../../workflows/core/index.ts', 'decide nothing'],
  ['activities/planted.ts', '../client/index.ts', 'decide nothing'],
  ['workers/planted.ts', '../client/index.ts', 'both halves meet'],
  ['client/planted.ts', '../workflows/index.ts', 'from outside'],
  ['client/planted.ts', '../workers/index.ts', 'from outside'],
  ['client/planted.ts', '@temporalio/worker', 'from outside'],
  ['cli/planted.ts', '../workers/index.ts', 'parses words'],
  ['cli/commands/replay.ts', '../../activities/index.ts', 'parses words'],
  ['console/planted.ts', '../workers/index.ts', 'draws what client/ says'],
  ['cli/commands/api.ts', '../../workers/index.ts', 'serves console/'],
  ['console/page/planted.ts', '../identity.ts', 'runs in a browser'],
  ['testing/planted.ts', '../examples/notes.ts', 'shipped to users'],
  ...['contract', 'workflows', 'store', 'activities', 'workers', 'client', 'cli', 'console', 'testing'].flatMap(
    (name): [string, string, string][] => [
      [`${name}/planted.ts`, '../test/support/core.ts', name],
      [`${name}/planted.ts`, 'node:child_process', 'Only activities/process.ts spawns'],
    ],
  ),
] as const

test.each(law)('%s may not import %s, and lint says why', async (file, name, why) => {
  const said = await complaints(file, imports(name))
  expect(said).toContainEqual(expect.stringMatching(new RegExp(`no-restricted-imports.*${why}`)))
})

const allowed = [
  ['contract/planted.ts', ['zod', '@noble/hashes/sha2.js', './digest.ts']],
  ['workflows/loops/planted.ts', ['../core/index.ts', '../../contract/digest.ts', '@temporalio/workflow', '@temporalio/common', 'zod']],
  ['store/planted.ts', ['../contract/json.ts', 'node:fs/promises']],
  ['activities/tools/planted.ts', ['../process.ts', '../../store/store.ts', '../../contract/digest.ts', '@temporalio/activity', 'openai']],
  ['activities/process.ts', ['node:child_process']],
  ['workers/planted.ts', ['../activities/index.ts', '../workflows/index.ts', '../store/folder.ts', '@temporalio/worker']],
  ['client/planted.ts', ['../contract/digest.ts', '../store/store.ts', '@temporalio/client']],
  ['cli/commands/replay.ts', ['../../workers/index.ts', '../../client/index.ts']],
  ['cli/commands/api.ts', ['../../console/serve.ts', '../../client/index.ts']],
  ['console/planted.ts', ['../client/index.ts', '../contract/api.ts', 'hono']],
  ['test/planted.test.ts', ['../activities/process.ts', '../workflows/index.ts', 'node:child_process']],
] as const

test.each(allowed)('%s may import %s', async (file, names) => {
  expect(await complaints(file, imports(...names))).toEqual([])
})

test('workflows may import activities, and the client workflows, as types', async () => {
  const types = (path: string) => `import type * as there from '${path}'\nexport type There = typeof there\n`
  expect(await complaints('workflows/core/planted.ts', types('../../activities/activities.ts'))).toEqual([])
  expect(await complaints('client/planted.ts', types('../workflows/index.ts'))).toEqual([])
})

test('an import that is hidden in an expression is refused too', async () => {
  const said = await complaints('workflows/loops/planted.ts', "export const later = () => import('node:fs')\n")
  expect(said).toContainEqual(expect.stringContaining('deterministic code only'))
})

test('a bare Promise.all is refused in workflows, and in their core it is not', async () => {
  const source = 'export const both = (a: Promise<number>, b: Promise<number>) => Promise.all([a, b])\n'
  expect(await complaints('workflows/loops/planted.ts', source)).toContainEqual(expect.stringContaining('Use parallel from workflows/core'))
  expect(await complaints('workflows/core/planted.ts', source)).toEqual([])
})

test('a promise that nobody waits for and a value of any type are refused', async () => {
  const forgotten = 'async function act(): Promise<void> {}\nexport function run(): void {\n  act()\n}\n'
  expect(await complaints('activities/planted.ts', forgotten, '--type-aware')).toContainEqual(
    expect.stringContaining('no-floating-promises'),
  )
  expect(await complaints('activities/planted.ts', 'export const anything = (value: any): string => String(value)\n')).toContainEqual(
    expect.stringContaining('no-explicit-any'),
  )
})

test('the loop stays on one screen: 91 lines are refused', async () => {
  const lines = (count: number) => `export const loop = 1\n${'// a line\n'.repeat(count - 1)}`
  expect(await complaints('workflows/core/loop.ts', lines(91))).toContainEqual(expect.stringContaining('max-lines'))
  expect(await complaints('workflows/core/loop.ts', lines(90))).toEqual([])
})

test('nothing but activities/process.ts and set-up spawns processes', () => {
  const folders = ['contract', 'workflows', 'store', 'activities', 'workers', 'client', 'cli', 'console', 'testing', 'scripts']
  const sources = folders
    .filter((name) => existsSync(join(root, name)))
    .flatMap((name) => readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((path) => join(name, path)))
    .filter((path) => /\.[cm]?[jt]s$/.test(path))
  const spawning = sources.filter((path) => /['"](node:)?child_process['"]/.test(readFileSync(join(root, path), 'utf8')))
  expect(spawning.toSorted()).toEqual(['activities/process.ts', 'scripts/run.mjs'])
})

test('every Temporal package gets the same copy of protobufjs', () => {
  const ours = createRequire(join(root, 'package.json'))
  const copies = ['client', 'worker', 'workflow', 'activity', 'common', 'proto'].map((name) => {
    const theirs = createRequire(realpathSync(join(root, 'node_modules', '@temporalio', name, 'package.json')))
    return resolved(theirs, 'protobufjs/package.json')
  })
  expect(new Set(copies)).toEqual(new Set([resolved(ours, 'protobufjs/package.json')]))
  expect(ours('protobufjs/package.json')).toMatchObject({ version: '8.8.1' })
})

test('the command line loads the worker only for the commands that need it', () => {
  const look = `import(${JSON.stringify(join(root, 'dist', 'cli', 'program.js'))}).then(({ createProgram }) => { createProgram(); console.log(Object.keys(require('node:module')._cache).join('\\n')) })`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', look], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain(join('@temporalio', 'client'))
  expect(stdout.split('\n').filter((path) => /@temporalio.(worker|core-bridge|activity)|webpack|babel|rxjs/.test(path))).toEqual([])
})

function resolved(from: NodeJS.Require, name: string): string {
  return realpathSync(from.resolve(name))
}
