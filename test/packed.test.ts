import { afterAll, beforeAll, expect, test } from '@jest/globals'
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
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
let folder: string

/** A project of somebody else's with Loopwright as it is packed, and what it depends on beside it, as npm lays it out. */
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'loopwright-project-')))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  await run(['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder], root)
  const [packed = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  await run(['tar', '-xzf', packed], folder)
  cpSync(join(folder, 'package'), join(modules, 'loopwright'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules')).filter((one) => !one.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'theirs', private: true, type: 'module' }))
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(argv: string[], cwd: string, variables: Record<string, string> = {}) {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NO_COLOR: '1', ...variables }
  const { exitCode, output } = await runProcess(argv, { cwd, environment, timeoutMilliseconds: 110_000 })
  return { code: exitCode, out: output.toString() }
}

const loopwright = (...words: string[]) =>
  run([process.execPath, join(folder, 'node_modules', 'loopwright', 'dist', 'cli', 'main.js'), ...words], folder)

test('new makes a loop of one’s own whose own test passes, in a project with the package as it is packed', async () => {
  const made = await loopwright('new', 'tidyHeadline')
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining('Next: node --test tidyHeadline/workflow.test.mjs\n') })
  expect(readdirSync(join(folder, 'tidyHeadline')).sort()).toEqual(['example.json', 'script.mjs', 'workflow.test.mjs', 'workflow.ts'])
  const source = readFileSync(join(folder, 'tidyHeadline', 'workflow.ts'), 'utf8')
  expect(source).toContain('export async function tidyHeadline(')
  expect(source).not.toContain('ownLoop')
  const { code, out } = await run([process.execPath, '--test', 'tidyHeadline/workflow.test.mjs'], folder)
  expect({ code, out: code === 0 ? '' : out }).toEqual({ code: 0, out: '' })
  expect(out).toMatch(/^# pass 1$|^ℹ pass 1$/m)
}, 120_000)

test('the loop of one’s own also works in a project that only links to a clone', async () => {
  const linking = mkdtempSync(join(tmpdir(), 'loopwright-linking-'))
  mkdirSync(join(linking, 'node_modules'))
  symlinkSync(root, join(linking, 'node_modules', 'loopwright'))
  writeFileSync(join(linking, 'package.json'), JSON.stringify({ name: 'theirs', private: true, type: 'module' }))
  const made = await run([process.execPath, join(root, 'dist', 'cli', 'main.js'), 'new', 'tidyHeadline'], linking)
  expect(made).toMatchObject({ code: 0, out: expect.not.stringContaining('is not installed') })
  const { code, out } = await run([process.execPath, '--test', 'tidyHeadline/workflow.test.mjs'], linking)
  expect({ code, out: code === 0 ? '' : out }).toEqual({ code: 0, out: '' })
  rmSync(linking, { recursive: true, force: true })
}, 120_000)

test('the loop, and the worker of the example, are typed against the package as it is packed', async () => {
  cpSync(join(root, 'examples', 'existing-worker'), join(folder, 'existing-worker'), { recursive: true })
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    allowImportingTsExtensions: true,
    allowJs: true,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['tidyHeadline', 'existing-worker'] }))
  expect(await run([process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], folder)).toEqual({
    code: 0,
    out: '',
  })
}, 60_000)

test('the plugin in a worker that was there before: its own workflow is left alone, and a repository is repaired beside it', async () => {
  const variables = { TEMPORAL_ADDRESS: process.env['LOOPWRIGHT_TEST_ADDRESS']! }
  const environment = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...variables }
  const ending = new AbortController()
  let heard = () => {}
  const ready = new Promise<void>((resolve) => (heard = resolve))
  let printed = ''
  const worker = runProcess([process.execPath, 'existing-worker/worker.mjs'], {
    cwd: folder,
    environment,
    timeoutMilliseconds: 110_000,
    signal: ending.signal,
    onOutput: (chunk) => (printed += chunk.toString()).includes('ready') && heard(),
  })
  try {
    const ended = await Promise.race([ready, worker])
    expect(ended ? printed : '').toBe('')
    const repo = makeRepository({ ...brokenSum, 'sum.js': brokenSum['sum.js'].replace('a * 3', 'a * 2') })
    const { code, out } = await run([process.execPath, 'existing-worker/client.mjs', 'Ada', repo, 'npm test'], folder, variables)
    expect({ out, worker: code === 0 ? '' : printed }).toEqual({
      out: expect.stringMatching(/^Good morning, Ada\.\naccepted: Attempt 1 was accepted\. loopwright\/testAndFix-\w+\n$/),
      worker: '',
    })
  } finally {
    ending.abort()
    await worker
  }
}, 120_000)

test('a name that cannot be one is refused, and nothing that is there is written over', async () => {
  for (const name of ['a-b', 'class', 'testAndFix', 'loop']) {
    const { code, out } = await loopwright('new', name)
    expect({ name, code, out }).toMatchObject({ code: 1, out: expect.stringMatching(/cannot be its name: .*\nNext: choose another name/) })
    expect(existsSync(join(folder, name))).toBe(false)
  }
  mkdirSync(join(folder, 'mine'))
  expect(await loopwright('new', 'mine')).toMatchObject({
    code: 1,
    out: expect.stringContaining('there is already something at mine; nothing was written'),
  })
  expect(readdirSync(join(folder, 'mine'))).toEqual([])
}, 60_000)
