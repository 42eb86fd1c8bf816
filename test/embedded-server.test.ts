import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { runProcess, startProcess } from '../activities/process.ts'
import { isAlive, markOf } from '../store/live-process.ts'
import { startServer, type LocalServer } from '../workers/server.ts'

let stateFolder: string
let servers: LocalServer[]

beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-server-'))
  servers = []
})

afterEach(async () => {
  for (const server of servers) await server.stop()
  rmSync(stateFolder, { recursive: true, force: true })
})

async function start(options: { port?: number; timeSkipping?: boolean } = {}): Promise<LocalServer> {
  const server = await startServer({ stateFolder, ui: false, ...options })
  servers.push(server)
  return server
}

async function ask<T>(server: LocalServer, question: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address })
  try {
    return await question(new Client({ connection }))
  } finally {
    await connection.close()
  }
}

test('the server answers on a loopback port and keeps what is closed for 90 days', async () => {
  const server = await start()
  const { config } = await ask(server, ({ workflowService }) => workflowService.describeNamespace({ namespace: 'default' }))
  expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 60 * 60)
})

test('a second start of the same state folder joins the server, and only the last to stop ends it', async () => {
  const [first, second] = await Promise.all([start(), start()])
  expect(second.pid).toBe(first.pid)
  await first.stop()
  expect(markOf(first.pid)).toBeDefined()
  await second.stop()
  expect(markOf(first.pid)).toBeUndefined()
})

test('after a kill -9 the next start goes on with the same state, on the same port', async () => {
  const first = await start()
  await ask(first, (client) => client.workflow.start('nobody', { workflowId: 'kept', taskQueue: 'nobody' }))
  process.kill(first.pid, 'SIGKILL')
  const second = await start()
  expect(second.pid).not.toBe(first.pid)
  expect(second.address).toBe(first.address)
  const kept = await ask(second, (client) => client.workflow.getHandle('kept').describe())
  expect(kept.status.name).toBe('RUNNING')
})

test('a file that names a process of somebody else is not believed, and that process is left alone', async () => {
  const other = await startProcess(['sleep', '60'], {
    cwd: stateFolder,
    environment: { PATH: process.env['PATH'] ?? '' },
    logFile: join(stateFolder, 'log'),
  })
  const file = { pid: other.pid, started: 'an earlier life', address: '127.0.0.1:1', users: [] }
  writeFileSync(join(stateFolder, 'server.json'), JSON.stringify(file))
  const server = await start()
  expect(server.pid).not.toBe(other.pid)
  expect(markOf(other.pid)).toBeDefined()
  process.kill(other.pid, 'SIGKILL')
  await other.exited
})

test('a lock left by a process that died is taken over', async () => {
  writeFileSync(join(stateFolder, 'server.lock'), JSON.stringify({ pid: process.pid, started: 'an earlier life' }))
  const server = await start()
  expect(markOf(server.pid)).toBeDefined()
})

test('a process that exits without stopping its server leaves none behind', async () => {
  const pid = await startInOwnProcess('process.exit(0)')
  await goneOf(pid)
})

test('the server of a process that was killed is taken over by the next start, and ended with it', async () => {
  const pid = await startInOwnProcess("process.kill(process.pid, 'SIGKILL')")
  const server = await start()
  expect(server.pid).toBe(pid)
  await server.stop()
  expect(markOf(pid)).toBeUndefined()
})

test('a server that cannot start says where its reasons stand', async () => {
  const environment = { ...process.env, LOOPWRIGHT_TEMPORAL_CLI: '/bin/false' }
  await expect(startServer({ stateFolder, ui: false, environment })).rejects.toThrow(
    /did not start; the state on disk is unchanged.*temporal\.log/,
  )
})

async function startInOwnProcess(end: string): Promise<number> {
  const script = `
    const { startServer } = await import(process.argv[1])
    console.log((await startServer({ stateFolder: process.argv[2], ui: false })).pid)
    ${end}
  `
  const compiled = new URL('../dist/workers/server.js', import.meta.url).pathname
  const { stdout } = await runProcess([process.execPath, '--input-type=module', '-e', script, compiled, stateFolder], {
    cwd: stateFolder,
    environment: Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    timeoutMilliseconds: 60_000,
  })
  expect(readFileSync(join(stateFolder, 'server.json'), 'utf8')).toContain(stdout.toString().trim())
  return Number(stdout.toString())
}

async function goneOf(pid: number): Promise<void> {
  const mark = markOf(pid)
  while (mark !== undefined && isAlive(mark)) await new Promise((done) => setTimeout(done, 20))
}
