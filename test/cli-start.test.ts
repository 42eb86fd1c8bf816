import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

const program = fileURLToPath(new URL('../dist/cli/start.js', import.meta.url))
let folder: string
let models: ScriptedServer
let atRequest = () => {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loopwright-start-'))
  models = await startScriptedServer({ script: fixes })
})
afterAll(async () => {
  await models?.close()
  await rm(folder, { recursive: true, force: true })
})

function fixes({ messages }: ScriptedRequest): Reply {
  atRequest()
  const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'sum.js', search, replace } })
  if (!JSON.stringify(messages).includes('a + b')) return { toolCalls: [edit('a - b', 'a + b'), edit('a * 3', 'a * 2')] }
  return { toolCalls: [{ name: 'finish', arguments: { answer: 'done' } }] }
}

/** Runs what `npm start -- …` runs; the first line of what it prints is its process id. */
async function start(words: string[], onOutput?: (printed: string) => void) {
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    OPENAI_BASE_URL: models.url,
    OPENAI_API_KEY: 'key',
    TEMPORAL_ADDRESS: '',
    npm_command: '',
  }
  let printed = ''
  const { exitCode, output } = await runProcess(['sh', '-c', 'echo $$; exec "$0" "$@"', process.execPath, program, ...words], {
    cwd: folder,
    environment,
    timeoutMilliseconds: 110_000,
    onOutput: (chunk) => onOutput?.((printed += chunk.toString())),
  })
  return { code: exitCode, out: output.toString() }
}

test('a repository of one’s own is repaired, the printed command applies the patch, and nothing is left running', async () => {
  const repo = makeRepository(brokenSum)
  const { code, out } = await start(['--repo', repo, '--test', 'npm test', '--models', 'openai/fixer'])
  expect(out).toMatch(/confined by bubblewrap.*: commands see the workspace and the toolchain, and no network/)
  expect(out).toMatch(/✓ accepted after 1 attempt\n/)
  const [, run = ''] = /^(testAndFix-[a-z0-9]{10})$/m.exec(out) ?? []
  expect(out).toContain(
    `1 of 1 repaired; nothing is left running. Every decision of the last one, and what it saw:\nNext: loopwright trace ${run}\n`,
  )
  expect(code).toBe(0)
  expect(await readFile(join(folder, '.loopwright', 'patches', `${run}.patch`), 'utf8')).toContain('+export const add = (a, b) => a + b')
  const [, next = ''] = /^Next: (git .*)$/m.exec(out) ?? []
  const merged = await runProcess(next.split(' '), {
    cwd: folder,
    environment: { PATH: process.env['PATH'] ?? '' },
    timeoutMilliseconds: 20_000,
  })
  expect(merged.exitCode).toBe(0)
  expect(await readFile(join(repo, 'sum.js'), 'utf8')).toContain('a * 2')
  const server: unknown = JSON.parse(await readFile(join(folder, '.loopwright', 'server.json'), 'utf8'))
  const pid = typeof server === 'object' && server !== null && 'pid' in server ? String(server.pid) : ''
  expect(existsSync(`/proc/${pid}/cmdline`) && (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes(folder)).toBe(false)
  // The run was kept before the server ended.
  const environment = { PATH: process.env['PATH'] ?? '' }
  const asked = [process.execPath, fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)), 'why', run]
  const why = await runProcess(asked, { cwd: folder, environment, timeoutMilliseconds: 20_000 })
  expect(why.output.toString()).toMatch(
    new RegExp(`^${run} was accepted: Attempt 1 was accepted\\.\n.*changed: sum\\.js.*\nTake the result\\.\nNext: git -C`),
  )
}, 120_000)

test('Ctrl-C pauses the run, and the next start goes on with it', async () => {
  const words = ['--repo', makeRepository(brokenSum), '--test', 'npm test', '--models', 'openai/fixer']
  let pid = 0
  atRequest = () => {
    atRequest = () => {}
    process.kill(pid, 'SIGINT')
  }
  const paused = await start(words, (printed) => (pid ||= Number(/^(\d+)\n/.exec(printed)?.[1] ?? 0)))
  expect(paused.out).toContain(
    `paused; nothing is left running. It goes on where it was:\nNext: npm start -- --repo ${words[1]} --test 'npm test' --models openai/fixer\n`,
  )
  expect(paused.code).toBe(130)
  const [, run = ''] = /^(testAndFix-[a-z0-9]{10})$/m.exec(paused.out) ?? []
  const again = await start(words)
  expect(again.out).toContain(`goes on with ${run}`)
  expect(again.out).toContain('✓ accepted after 1 attempt')
  expect(again.code).toBe(0)
}, 200_000)

test('after a kill -9 the next start goes on with the run by itself, and nothing is done twice', async () => {
  const words = ['--repo', makeRepository(brokenSum), '--test', 'npm test', '--models', 'openai/fixer']
  const before = models.counts.requests
  let pid = 0
  atRequest = () => {
    if (models.counts.requests !== before + 2) return
    atRequest = () => {}
    process.kill(pid, 'SIGKILL')
  }
  const killed = await start(words, (printed) => (pid ||= Number(/^(\d+)\n/.exec(printed)?.[1] ?? 0)))
  expect(killed.code).toBe(null)
  const [, run = ''] = /^(testAndFix-[a-z0-9]{10})$/m.exec(killed.out) ?? []
  const again = await start(words)
  expect(again.out).toContain(`goes on with ${run}`)
  expect(again.out).toContain('✓ accepted after 1 attempt')
  // The call that was cut off is made once more; the one before it is not.
  expect(models.counts.requests - before).toBe(3)
}, 200_000)

test('a folder that is no repository is refused in one sentence', async () => {
  const { code, out } = await start(['--repo', 'nothing-here', '--test', 'npm test'])
  expect(out).toMatch(/✗ failed: There is no folder .*nothing-here/)
  expect(out).not.toMatch(/^\s+at /m)
  expect(code).toBe(1)
}, 120_000)

test('bad use of npm start is one sentence', async () => {
  const { code, out } = await start(['--repo', '.', '--attempts', '0'])
  expect(out).toMatch(/error: input cannot be used: test is missing; limits\.attempts: /)
  expect(code).toBe(1)
}, 120_000)
