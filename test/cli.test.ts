import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { NativeConnection, Worker } from '@temporalio/worker'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '../workers/server.ts'
import { typed } from './support/command-line.ts'
import { main } from './support/worker-process.ts'

const digest = 'a'.repeat(64)
const home = process.cwd()
let folder: string
let server: Awaited<ReturnType<typeof startServer>>
let native: NativeConnection
let worker: Worker
let running: Promise<void>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loopwright-cli-'))
  process.chdir(folder)
  server = await startServer({ stateFolder: join(folder, '.loopwright'), ui: false })
  native = await NativeConnection.connect({ address: server.address })
  const workflowsPath = fileURLToPath(new URL('./fixtures/client/workflows.ts', import.meta.url))
  worker = await Worker.create({ connection: native, taskQueue: 'loops', workflowsPath })
  running = worker.run()
  await writeFile(join(folder, 'empty.json'), '{"events":[]}')
  await writeFile(join(folder, 'wrong.json'), '{"events":[{"eventId":"1"}]}')
}, 120_000)

afterAll(async () => {
  worker?.shutdown()
  await running
  await native?.close()
  await server?.stop()
  process.chdir(home)
  await rm(folder, { recursive: true, force: true })
}, 30_000)

/** Nothing of npm's in it: commands are then written without npx. */
const plainEnvironment = () => ({ PATH: process.env['PATH'] ?? '', HOME: folder })

/** Runs the command line as a program would: no terminal, nothing on standard input. */
function loopwright(words: string[], { variables = {} }: { variables?: Record<string, string> } = {}) {
  return typed(words, { ...plainEnvironment(), ...variables })
}

async function started(input: object): Promise<string> {
  const { out } = await loopwright(['start', 'waits', '--input', JSON.stringify(input)])
  return out.trim()
}

const values = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

test('a run that waits for a person ends the command with 3 and says how to answer', async () => {
  const { code, out } = await loopwright(['run', 'waits', '--input', '{"question":"Merge it?"}'])
  const [run = ''] = out.split('\n')
  expect(run).toMatch(/^waits-[a-z0-9]{10}$/)
  expect(out).toContain('UNCONFINED: commands run as you, without a sandbox; loopwright doctor says what to do')
  expect(out).toContain('Merge it?')
  expect(out.trimEnd().split('\n').at(-1)).toBe(`Next: loopwright decide ${run} yes --digest aaaaaaaaaaaa`)
  expect(code).toBe(3)
})

test('a decision needs the digest of what was shown, and ends the run with 0', async () => {
  const run = await started({ question: 'Merge it?' })
  const blind = await loopwright(['decide', run, 'yes'])
  expect(blind).toMatchObject({ code: 1, all: expect.stringContaining(`Next: loopwright gates ${run}`) })
  const stale = await loopwright(['decide', run, 'yes', '--digest', 'bbbbbb'])
  expect(stale).toMatchObject({ code: 1, out: expect.stringContaining('refused: no open question of the run has the digest bbbbbb') })
  expect(await loopwright(['decide', run, 'yes', '--digest', 'aaaaaa'])).toMatchObject({
    code: 0,
    out: `accepted\nNext: loopwright watch ${run}\n`,
  })
  const watched = await loopwright(['watch', run])
  expect(watched.out).toContain('accepted after 1 attempt')
  expect(watched.out.match(/^Next: /gm)).toHaveLength(1)
  expect(watched.code).toBe(0)
  const late = await loopwright(['decide', run, 'yes', '--digest', 'aaaaaa'])
  expect(late).toMatchObject({ code: 1, out: `refused: the run has ended: a person agreed\nNext: loopwright why ${run}\n` })
})

test('a stopped run ends the command with 2, a failed one with 1 and its remedy', async () => {
  const [stopped, failing] = [await started({ question: '1' }), await started({ question: '2' })]
  expect((await loopwright(['stop', stopped])).code).toBe(0)
  const watched = await loopwright(['watch', stopped])
  expect(watched).toMatchObject({ code: 2, out: expect.stringContaining('stopped (cancelled) after 1 attempt: stopped by a person') })
  await loopwright(['decide', failing, 'yes', '--gate', 'gate#1', '--digest', digest, '--note', 'fail'])
  const failed = await loopwright(['watch', failing])
  expect(failed.out).toContain('failed: the test command ran no test (nothing was changed)\nNext: check the command\n')
  expect(failed.code).toBe(1)
})

test('why tells a waiting and a killed run in three sentences and one command', async () => {
  const run = await started({ question: 'Merge it?' })
  const waiting = (await loopwright(['why', run])).out.trimEnd().split('\n')
  expect(waiting).toEqual([
    `${run} waits for a person: Merge it?`,
    expect.stringMatching(/^Attempt 1 of 8 .*\.$/),
    'Look at what is shown, and answer.',
    `Next: loopwright gates ${run}`,
  ])
  await loopwright(['kill', run, '--reason', 'enough'])
  const killed = values((await loopwright(['why', run, '--json'])).out)
  const what = `${run} failed: the run was killed: enough.`
  expect(killed).toEqual([
    expect.objectContaining({ kind: 'why', what, command: `loopwright run waits --input '{"question":"Merge it?"}'` }),
  ])
})

test('show and list tell live and ended runs, and a unique prefix is enough', async () => {
  const run = await started({ question: 'Shown?' })
  const shown = await loopwright(['show', run])
  expect(shown.out).toContain(`${run}: waiting for you`)
  expect(shown.out).toContain('why      Shown?')
  expect(shown.out).toContain('$0.0123 of $5, 4.1k tokens')
  await loopwright(['kill', run, '--reason', 'enough'])
  expect((await loopwright(['show', run])).out).toContain('failed: the run was killed: enough')
  const listed = await loopwright(['list', '--workflow', 'waits'])
  expect(listed).toMatchObject({ code: 0, out: expect.stringContaining(run) })
})

test('for programs every line is one JSON value, problems too', async () => {
  const run = await started({ question: 'JSON?' })
  const watched = values((await loopwright(['watch', run, '--json'])).out)
  expect(watched).toEqual([
    expect.objectContaining({ kind: 'status', status: 'waiting' }),
    expect.objectContaining({ kind: 'gate', run, digest }),
    expect.objectContaining({ kind: 'waiting', run }),
  ])
  await loopwright(['kill', run])
  expect(values((await loopwright(['show', run, '--json'])).out)).toEqual([expect.objectContaining({ kind: 'run', run, status: 'failed' })])
  expect(values((await loopwright(['show', 'nobody', '--json'])).out)).toEqual([
    { kind: 'error', type: 'NoSuchRun', message: 'there is no run nobody', next: 'see the runs with: loopwright list' },
  ])
})

test('messages are flags of their schema, and their answers come back', async () => {
  const run = await started({ question: 'Steer?' })
  expect(await loopwright(['steer', run, 'look', 'at', 'the', 'lexer', '--id', 'one'])).toMatchObject({
    code: 0,
    out: `accepted: heard\nNext: loopwright watch ${run}\n`,
  })
  const wrong = await loopwright(['steer', run, 'x', '--when', 'never'])
  expect(wrong).toMatchObject({ code: 1, all: expect.stringMatching(/^error: steer cannot be used: when: /) })
  expect((await loopwright(['pause', run])).out).toContain(`Next: loopwright resume ${run}\n`)
  expect(await loopwright(['watch', run])).toMatchObject({ code: 3, out: expect.stringContaining(`Next: loopwright resume ${run}`) })
  await loopwright(['kill', run])
})

test('Ctrl-C detaches from a run, which goes on', async () => {
  const run = await started({ question: 'Working', quiet: true })
  const watching = spawn(process.execPath, [main, 'watch', run], {
    cwd: folder,
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  watching.stdout.on('data', (piece) => {
    // What it says first it says when it listens.
    if (out === '') watching.kill('SIGINT')
    out += String(piece)
  })
  const [code] = (await once(watching, 'exit')) as [number]
  expect({ code, out }).toEqual({ code: 130, out: expect.stringContaining(`detached; the run goes on\nNext: loopwright watch ${run}`) })
  expect((await loopwright(['show', run])).out).toContain(`${run}: running`)
  await loopwright(['kill', run])
})

describe('bad use is one sentence, exit 1, and no stack trace', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['lst'], /^error: unknown command 'lst'/],
    ['an unknown option', ['run', 'testAndFix', '--bogus'], /^error: unknown option '--bogus'/],
    ['nothing to start', ['start'], /^error: missing required argument 'workflow'/],
    ['a missing input', ['start', 'testAndFix'], /^error: input cannot be used: repo is missing; test is missing/],
    [
      'every problem of an input',
      ['start', 'testAndFix', '--attempts', '0', '--dollars', 'lots'],
      /repo is missing; .*limits\.attempts: .*limits\.dollars: /,
    ],
    ['input that is not JSON', ['start', 'testAndFix', '--input', '{repo'], /^error: --input is not a JSON object/],
    ['a missing input file', ['start', 'testAndFix', '--input-file', 'none.json'], /^error: the input file none\.json cannot be read/],
    ['an unknown run', ['show', 'nobody'], /^error: there is no run nobody/],
    [
      'no server',
      ['list', '--address', '127.0.0.1:1'],
      /^error: no Temporal server answers at 127\.0\.0\.1:1 \(from --address\)\nNext: start one with: loopwright dev/,
    ],
    ['a limit that is no number', ['list', '--limit', 'x'], /^error: option '--limit <number>' argument 'x' is invalid/],
    ['a status that is none', ['list', '--status', 'busy'], /Allowed choices are running, waiting, paused, done, stopped, failed/],
    ['a replay of nothing', ['replay'], /^error: replay needs a run or --file/],
    [
      'a replay of a history without events',
      ['replay', '--file', 'empty.json'],
      /^error: empty\.json is neither a history as JSON nor a trace/,
    ],
    ['a replay of a history that begins wrong', ['replay', '--file', 'wrong.json'], /^error: /],
    ['a replay of something else', ['replay', '--file', 'package.json'], /^error: the file package\.json cannot be read/],
  ])('%s', async (_name, words, sentence) => {
    const { code, all } = await loopwright(words)
    expect(all).toMatch(sentence)
    expect(all).not.toMatch(/^\s+at /m)
    expect(all.match(/^error: /gm)).toHaveLength(1)
    expect(code).toBe(1)
  })
})

test('doctor names what is missing with its remedy', async () => {
  const well = await loopwright(['doctor'])
  expect(well.out).toMatch(/✓ Temporal: server \S+ at 127\.0\.0\.1:\d+/)
  expect(well.out).toMatch(/✓ workers: [1-9]\d* polling the queue loops/)
  expect(well.out).toContain('· key for openai: OPENAI_API_KEY is not set')
  expect(well.out).toMatch(/[✓·] artifacts: [\d.]+ GiB free at \.loopwright\/artifacts/)
  expect(well.out).toMatch(/[✓·] disk: [\d.]+ GiB free at \.loopwright/)
  expect(well.code).toBe(0)
  const idle = await loopwright(['doctor', '--task-queue', 'nobody'])
  expect(idle).toMatchObject({
    code: 1,
    out: expect.stringContaining('✗ workers: 0 polling the queue nobody — start one with: loopwright worker'),
  })
  const gone = await loopwright(['doctor'], { variables: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
  expect(gone).toMatchObject({ code: 1, out: expect.stringContaining('✗ Temporal: no Temporal server answers at 127.0.0.1:1') })
})

test('models says where each would be asked and at which price, names what is missing, and asks nobody', async () => {
  const variables = { OPENAI_API_KEY: 'key', OLLAMA_API_KEY: '' }
  const there = await loopwright(['models', 'openai/gpt-5-mini:low', 'ollama/qwen3:8b', 'anthropic/x'], { variables })
  expect(there.out.split('\n')).toEqual([
    '✓ openai/gpt-5-mini:low: asked at https://api.openai.com/v1, $0.25 and $2 per million tokens in and out, window 400000, JSON by json_schema',
    '✓ ollama/qwen3:8b: asked at http://127.0.0.1:11434/v1, $0 and $0 per million tokens in and out, window 128000, JSON by json_schema',
    '✗ anthropic/x needs a key in ANTHROPIC_API_KEY, which is not set where the worker runs: set it there, or use the model builtin/repair, which needs no key.',
    '',
  ])
  expect(there.code).toBe(1)
})

test('an input file is read, and flags go over it', async () => {
  const file = join(folder, 'input.json')
  await writeFile(file, JSON.stringify({ question: 'From a file?' }))
  const { out } = await loopwright(['start', 'waits', '--input-file', file, '--id', 'waits-from-file'])
  expect(out.trim()).toBe('waits-from-file')
  expect((await loopwright(['show', 'waits-from-f'])).out).toContain('From a file?')
  await loopwright(['kill', 'waits-from-file'])
})
