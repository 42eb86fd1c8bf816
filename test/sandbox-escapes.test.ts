import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { homedir, hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gone } from './fixtures/tests/gone.ts'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openSandbox } from '../activities/sandbox/open.ts'
import { unconfined } from '../activities/sandbox/unconfined.ts'
import { toolchainOf } from '../activities/sandbox/toolchain.ts'
import { type Sandbox, type SandboxedCommand } from '../activities/sandbox/sandbox.ts'

const sandbox = await openSandbox({})
if (sandbox.level === 'none')
  console.warn(`SKIPPED: no escape was tried, because nothing confines here: ${sandbox.why}. ${sandbox.remedy ?? ''}`)
const testConfined = sandbox.level === 'none' ? test.skip : test

// Not below /tmp, where the sandbox has a writable folder of its own.
const base = realpathSync(mkdtempSync('/var/tmp/loopwright-escapes-'))
const at = (path: string) => join(base, path)
const folder = at('state/workspaces/mine/tree')
const marker = `300.07${process.pid}`
const servers: Server[] = []
const datagrams: string[] = []
const udp = createSocket('udp4').on('message', (text) => datagrams.push(text.toString()))
let victim: ChildProcess
let host: Record<string, unknown>

beforeAll(async () => {
  const files = [
    ...['secret', 'home/.ssh/id_ed25519', 'state/workspaces/other/tree/file', 'state/artifacts/file', 'state/workspaces/mine/git/config'],
    ...[
      'state/workspaces/mine/tree/.git/config',
      'source/.env',
      'source/.git/config',
      'source/node_modules/m/index.js',
      'source/.venv/pyvenv.cfg',
    ],
  ]
  for (const path of files) {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), 'planted')
  }
  symlinkSync(at('secret'), join(folder, 'leads-out'))
  for (const name of ['node_modules', '.venv']) symlinkSync(at(`source/${name}`), join(folder, name))
  const open = openSync(at('secret'), 'r')
  const stdio = Array.from({ length: 10 }, (_, index) => (index === 9 ? open : ('ignore' as const)))
  victim = spawn('sleep', [marker], { stdio, cwd: at('home') })
  closeSync(open)
  await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done))
  const [address = '', port = ''] = (process.env.LOOPWRIGHT_TEST_ADDRESS ?? '').split(':')
  const programs = toolchainOf(process.env['PATH'] ?? '', '').readable
  const privateNames = readdirSync(homedir()).filter((name) => !programs.some((path) => path.startsWith(join(homedir(), name))))
  host = {
    ...{
      base,
      folder,
      secret: at('secret'),
      home: at('home'),
      state: at('state'),
      source: at('source'),
      realHome: homedir(),
      privateNames,
    },
    ...{ variable: 'LOOPWRIGHT_CANARY', worker: process.pid, victim: victim.pid, marker, shm: 0x10079 },
    ...{ port: await listen({ host: '0.0.0.0', port: 0 }), udp: udp.address().port, temporal: [address, Number(port)] },
    ...{ socket: at('socket'), abstract: `loopwright-${process.pid}` },
  }
  await listen({ path: at('socket') })
  await listen({ path: `\0loopwright-${process.pid}` })
})

afterAll(async () => {
  victim.kill('SIGKILL')
  udp.close()
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  rmSync(base, { recursive: true, force: true })
})

function listen(where: { host: string; port: number } | { path: string }): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  servers.push(server)
  return new Promise((done) => server.listen(where, () => done((server.address() as { port?: number }).port ?? 0)))
}

/** What each attempt came to. */
async function tried(
  by: Sandbox,
  how: 'confined' | 'control',
  variables = {},
): Promise<Record<string, { bites: boolean; result: true | string }>> {
  const script = resolve('test/support/escapes.py')
  const { stdout, output, ended } = await by.run(['python3', script, JSON.stringify(host), how], {
    ...{ folder, environment: { PATH: process.env['PATH'] ?? '', ...variables }, readable: [script], timeoutMilliseconds: 60_000 },
    dependencies: { source: at('source'), paths: ['node_modules', '.venv'] },
  })
  if (stdout.length === 0) throw new Error(`The attempts were not made: ${ended ?? ''} ${output.toString()}`)
  return JSON.parse(stdout.toString())
}

const escaped = (results: Record<string, { result: true | string }>) =>
  Object.keys(results).filter((name) => results[name]?.result === true)

testConfined('more than 60 attempts to get out of the sandbox come to nothing', async () => {
  const results = await tried(sandbox, 'confined')
  expect(escaped(results)).toEqual([])
  expect(Object.keys(results).length).toBeGreaterThanOrEqual(90)
  expect(datagrams).toEqual([])
  expect(victim.exitCode).toBeNull()
  expect(victim.signalCode).toBeNull()
  expect(hostname()).not.toBe('escaped')
  expect(readdirSync(base, { recursive: true }).filter((path) => String(path).includes('loopwright-escape'))).toEqual([])
  expect(['/usr', '/etc', '/', '/dev'].filter((path) => existsSync(join(path, 'loopwright-escape')))).toEqual([])
})

test('the attempts that are harmless on the host succeed there, so that they would be noticed', async () => {
  const results = await tried(unconfined('it is the control'), 'control', { LOOPWRIGHT_CANARY: 'seen' })
  const failed = Object.entries(results).filter(([, { bites, result }]) => bites && result !== true)
  expect(failed).toEqual([])
  expect(escaped(results).length).toBeGreaterThan(20)
})

/** Runs a shell script that must be ended, and says what ended it. */
async function ending(script: string, limits: Partial<SandboxedCommand> = {}): Promise<string | undefined> {
  const environment = { PATH: process.env['PATH'] ?? '' }
  return (await sandbox.run(['sh', '-c', script], { folder, environment, timeoutMilliseconds: 20_000, ...limits })).ended
}

testConfined.each([
  ['has more processes than it may', 'for i in $(seq 200); do sleep 20 & done; wait', { processes: 50 }, 'processes'],
  ['takes memory without end', `python3 -c 'x = []\nwhile True: x.append(bytearray(1 << 22))'`, { memoryBytes: 300e6 }, 'memory'],
  [
    'takes memory in many processes',
    `for i in 1 2 3 4 5 6; do python3 -c 'x = bytearray(90 << 20); import time; time.sleep(20)' & done; wait`,
    { memoryBytes: 300e6 },
    'memory',
  ],
  ['prints without end', 'yes', {}, 'output'],
  ['works without end', 'while :; do :; done', { timeoutMilliseconds: 300 }, 'timeout'],
] as const)('what %s is ended', async (_what, script, limits, ended) => {
  expect(await ending(script, limits)).toBe(ended)
})

testConfined('nothing outlives its command: neither a session of its own, nor a daemon, nor what ignores signals', async () => {
  const seconds = `301.07${process.pid}`
  const script = `setsid sleep ${seconds} & nohup sleep ${seconds} >/dev/null 2>&1 & (trap '' HUP TERM; sleep ${seconds} &) & (setsid sh -c 'sleep ${seconds} &' &) ; sleep 0.3`
  expect(await ending(script)).toBeUndefined()
  expect(await gone(seconds)).toBe(true)
  expect(await ending(`${script}; sleep ${seconds}`, { timeoutMilliseconds: 1_000 })).toBe('timeout')
  expect(await gone(seconds)).toBe(true)
})
