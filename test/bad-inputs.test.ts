import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { folderStore } from '../store/folder.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type BadInput, badInputs } from './support/bad-inputs.ts'
import { isTimed, leavingCpu, printSlowest, type Timed } from './support/times.ts'
import { fingerprint, makeBadRepositories, noise } from './support/bad-repositories.ts'
import { type Typed, typed } from './support/command-line.ts'
import { main } from './support/worker-process.ts'

// Everything that the worker starts works below this folder or names it.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bad-inputs-')))
const place = ['--address', process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? '', '--task-queue', `bad-inputs-${randomUUID()}`]
const stateFolder = join(folder, 'state')
const repositories = makeBadRepositories()
const untouched = Object.fromEntries(Object.entries(repositories).map(([name, path]) => [name, fingerprint(path)]))

const ended = new Map<string, Promise<Typed>>()
const times: Timed[] = []
let server: ScriptedServer
let worker: ChildProcess

const Told = z.object({ message: z.string().optional(), failure: z.object({ message: z.string() }).optional() })
const inState = (...words: string[]) => [...words, ...place, '--state-folder', stateFolder]

const loopwright = (...words: string[]) => {
  const environment = { ...(process.env as Record<string, string>), npm_command: '' }
  return isTimed ? timedAlone(words, environment) : typed(inState(...words), environment)
}

/** In a process of its own, which says how much of the processor it took. */
function timedAlone(words: string[], environment: Record<string, string>): Promise<Typed> {
  const cpu = leavingCpu(join(folder, `cpu-${randomUUID()}`))
  const began = performance.now()
  return new Promise((resolve) => {
    const options = { timeout: 200_000, env: { ...environment, ...cpu.environment } }
    const child = execFile(process.execPath, [main, ...inState(...words)], options, (_error, out, errors) => {
      times.push({ name: words.join(' '), milliseconds: performance.now() - began, cpuMilliseconds: cpu.read() })
      resolve({ code: child.exitCode, out, all: out + errors })
    })
    child.stdin?.end()
  })
}

function wordsOf({ instead, repo = 'broken', test: command = 'npm test', words = [] }: BadInput): string[] {
  return instead ?? ['run', 'testAndFix', '--repo', repositories[repo], '--test', command, ...words]
}

/** Starts every row, a few at a time. */
function startRows(): void {
  const jobs = badInputs.flatMap((row) => [
    { key: row.name, words: wordsOf(row) },
    ...(row.kind ? [{ key: `${row.name} as JSON`, words: [...wordsOf(row), '--json'] }] : []),
  ])
  const lanes = Array.from({ length: isTimed ? 1 : 4 }, () => Promise.resolve())
  for (const [index, { key, words }] of jobs.entries()) {
    const job = lanes[index % lanes.length]!.then(() => loopwright(...words))
    ended.set(key, job)
    lanes[index % lanes.length] = job.then(() => {})
  }
}

beforeAll(async () => {
  const temporary = join(folder, 'temporary')
  mkdirSync(temporary)
  server = await startScriptedServer({
    script: ({ model }) => (model === 'idle' ? 'Nothing to do.' : { error: { status: model === 'wrong-key' ? 401 : 404 } }),
  })
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...environment } = process.env
  worker = spawn(process.execPath, [main, ...inState('worker')], {
    env: {
      ...environment,
      TMPDIR: temporary,
      LOOPWRIGHT_PROVIDER_PLAYED_URL: server.url,
      LOOPWRIGHT_PROVIDER_PLAYED_KEY: 'wrong',
      // An address that no machine has: asking it would take longer than a row may.
      LOOPWRIGHT_PROVIDER_FAR_URL: 'http://203.0.113.1/v1',
      LOOPWRIGHT_PROVIDER_FAR_KEY: 'key',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  const gone = once(worker, 'exit').then(() => undefined)
  while (!said.includes('worker is ready')) {
    const heard = await Promise.race([once(worker.stdout!, 'data'), gone])
    if (!heard) throw new Error(`The worker ended before it was ready: ${said}`)
    said += String(heard[0])
  }
  startRows()
}, 60_000)

afterAll(async () => {
  if (worker?.kill('SIGKILL')) await once(worker, 'exit')
  await server?.close()
  for (const path of [folder, ...Object.values(repositories)]) rmSync(path, { recursive: true, force: true })
})

async function endOf(key: string): Promise<Typed> {
  const end = await ended.get(key)
  if (!end) throw new Error(`${key} was not started`)
  return end
}

describe('bad input is told in one sentence, with the right exit code and what to do next', () => {
  test.each(badInputs)('$name', async ({ name, code, says, next }) => {
    const { all, ...end } = await endOf(name)
    expect(all).toMatch(says)
    expect(all).toMatch(next)
    expect(all.match(/^(error:|✗|■|✓) /gm)).toHaveLength(1)
    expect(all.match(/^Next: /gm)).toHaveLength(1)
    expect(all).not.toMatch(/\n\s+at /)
    expect(all.match(/nothing was changed/gi)?.length ?? 0).toBeLessThanOrEqual(1)
    expect(end.code).toBe(code)
  })

  test.each(badInputs.filter(({ kind }) => kind))('$name, as JSON', async ({ name, code, kind }) => {
    const [plain, json] = await Promise.all([endOf(name), endOf(`${name} as JSON`)])
    const values = json.out
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
    const telling = values.filter((value) => value['kind'] === kind)
    expect(telling).toHaveLength(1)
    const { message, failure } = Told.parse(telling[0])
    const sentence = message ?? failure?.message ?? 'none'
    expect(plain.all).toContain(sentence)
    expect(json).toMatchObject({ code, all: json.out })
  })
})

test('what has no key or no price is refused before anything else is done', async () => {
  for (const name of ['a key that is not set', 'a price that nobody knows']) {
    const [run = ''] = (await endOf(name)).out.split('\n')
    const shown = await loopwright('show', run, '--steps', '--json')
    expect(JSON.parse(shown.out)).toMatchObject({ status: 'failed', graph: { nodes: [{ path: 'preflight' }] } })
  }
})

test('output that is no text is kept byte by byte', async () => {
  await endOf('binary and non-UTF-8 output of a command that passes')
  const store = folderStore(join(stateFolder, 'artifacts'))
  expect(await store.has(createHash('sha256').update(noise).digest('hex'))).toBe(true)
})

if (isTimed)
  test('no answer takes much more of the processor than a list of runs does', async () => {
    await Promise.all(ended.values())
    const all = [...times]
    await loopwright('list')
    const usual = times.at(-1)!
    expect(all.filter(({ cpuMilliseconds }) => cpuMilliseconds > 4 * usual.cpuMilliseconds)).toEqual([])
    printSlowest('bad words on the command line', all)
  })

test('after all of it every repository is as it was, and nothing of the tests is left running', async () => {
  await Promise.all(ended.values())
  expect(Object.fromEntries(Object.entries(repositories).map(([name, path]) => [name, fingerprint(path)]))).toEqual(untouched)
  expect(running()).toEqual([worker.pid])
})

/** Processes whose words or working folder name the folder of this file. */
function running(): number[] {
  const about = (id: string) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8') + readlinkSync(`/proc/${id}/cwd`)
    } catch {
      // It ended meanwhile, or is somebody else's.
      return ''
    }
  }
  return readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id) && about(id).includes(folder))
    .map(Number)
}
