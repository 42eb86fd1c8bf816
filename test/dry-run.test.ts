import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { boundsOf } from '../contract/bounds.ts'
import { Limits } from '../contract/limits.ts'
import { type ModelFacts } from '../contract/models.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
let models: ScriptedServer

beforeAll(async () => {
  models = await startScriptedServer({ script: [] })
})
afterAll(() => models.close())

/** Where nothing is yet: no server, no state folder. */
async function dryRun(repo: string, words: string[], variables: Record<string, string> = {}) {
  const [folder, temporary] = [mkdtempSync(join(tmpdir(), 'loopwright-dry-')), mkdtempSync(join(tmpdir(), 'temporary-'))]
  const environment = { PATH: process.env['PATH'] ?? '', TMPDIR: temporary, TEMPORAL_ADDRESS: '127.0.0.1:1', ...variables }
  const argv = [process.execPath, program, 'start', 'testAndFix', '--dry-run', '--repo', repo, ...words]
  const { exitCode, stdout } = await runProcess(argv, { cwd: folder, environment, timeoutMilliseconds: 60_000 })
  return { code: exitCode, out: stdout.toString(), left: [...readdirSync(folder), ...readdirSync(temporary)] }
}

test('a dry run tells models, cost, policy, sandbox and the tests as they are, and touches nothing', async () => {
  const repo = makeRepository(brokenSum)
  const state = () => [
    execFileSync('git', ['-C', repo, 'for-each-ref']).toString(),
    ...readdirSync(repo),
    ...readdirSync(join(repo, '.git')),
  ]
  const before = state()
  const variables = { OPENAI_BASE_URL: models.url, OPENAI_API_KEY: 'key' }
  const { code, out, left } = await dryRun(repo, ['--test', 'npm test', '--models', 'openai/free', '--attempts', '2'], variables)
  expect(out.trimEnd().split('\n')).toEqual([
    'testAndFix would start; nothing was spent, started or changed',
    `  model    openai/free, asked at ${models.url}, $0 in and $0 out per million tokens`,
    '  at most  $0; 2 attempts of a loop, 300 calls of models, 2M tokens, 60 minutes of work',
    expect.stringMatching(
      /^ {2}policy {3}without asking, in a copy .*: read, search, list, edit, write, patch, git, tests, finish; no command but the tests is run/,
    ),
    expect.stringMatching(/^ {2}sandbox {2}(confined by bubblewrap|UNCONFINED)/),
    expect.stringMatching(/^ {2}tests {4}before any change 1 pass, 2 fail, 0 are skipped: sum\.test\.js > adds, /),
    `Next: loopwright start testAndFix --repo ${repo} --test 'npm test' --models openai/free --attempts 2`,
  ])
  expect(code).toBe(0)
  expect(models.counts.requests).toBe(0)
  expect([left, state()]).toEqual([[], before])
}, 60_000)

test('a dry run says what would be refused, all at once, and ends with 1', async () => {
  const { code, out } = await dryRun(makeRepository(brokenSum), ['--test', 'npm run nothing', '--models', 'openai/x', '--json'])
  expect(JSON.parse(out)).toMatchObject({
    kind: 'dry-run',
    wouldStart: false,
    models: { problem: expect.stringContaining('OPENAI_API_KEY') },
    baseline: { problem: expect.stringContaining('package.json has no script nothing') },
  })
  expect(code).toBe(1)
}, 60_000)

test('the cost at most is the cap, or less where all tokens at the highest price cost less; an unknown price is no cost', () => {
  const at = (input: number, output: number): ModelFacts => ({ price: { input, output }, window: 1, maxOutput: 1, where: '' })
  const limits = Limits.parse({ tokens: 1_000_000 })
  expect(boundsOf(limits, { a: at(250_000, 2_000_000), b: at(1, 1) }).microDollars).toBe(2_000_000)
  expect(boundsOf(limits, { a: at(9_000_000, 30_000_000) }).microDollars).toBe(5_000_000)
  expect(boundsOf({ ...limits, dollars: 'none' }, { a: { ...at(0, 0), price: null } }).microDollars).toBeNull()
  expect(boundsOf(limits, {}, { calls: 7, rungs: 1 })).toMatchObject({ attempts: 10, calls: 7 })
})
