import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, type Loopwright } from '../client/index.ts'
import { signGrant } from '../contract/grants.ts'
import { type Gate } from '../contract/messages.ts'
import { startServer } from '../workers/server.ts'
import { bundleFile, testBundle } from './support/bundle.ts'
import { declarations } from './support/workflows/gates-deployed.ts'

const key = 'the key of the workers is long enough'
const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const bundles = { first: fileOf('./support/workflows/gates.ts'), second: fileOf('./support/workflows/gates-deployed.ts') }
const taskQueue = 'quorum'
const workers: ChildProcess[] = []
/** A server of its own, to be killed. */
let temporal: Awaited<ReturnType<typeof startServer>>
let stateFolder: string
let loopwright: Loopwright

beforeAll(async () => {
  stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-quorum-'))
  temporal = await startServer({ stateFolder, ui: false })
  for (const bundle of Object.values(bundles)) await testBundle(bundle)
  loopwright = await connect({ address: temporal.address, stateFolder, taskQueue, declarations })
}, 180_000)
afterAll(async () => {
  await loopwright?.close()
  for (const worker of workers) worker.kill('SIGKILL')
  await temporal?.stop()
  rmSync(stateFolder, { recursive: true, force: true })
}, 60_000)

async function startWorkerOf(bundle: string): Promise<ChildProcess> {
  const words = [fileOf('./support/bundle-worker.mjs'), temporal.address, taskQueue, stateFolder, bundleFile(bundle)]
  const environment = { ...process.env, LOOPWRIGHT_GRANT_KEY: key, LOOPWRIGHT_SANDBOX: 'none' }
  const worker = spawn(process.execPath, words, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] })
  workers.push(worker)
  await once(worker.stdout, 'data')
  return worker
}

async function end(worker: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const ended = once(worker, 'exit')
  worker.kill(signal)
  await ended
}

/** The only question of the run, as soon as somebody answers for it: who works or serves may just be coming back. */
async function openGate(run: string): Promise<Gate> {
  for (let tries = 0; ; tries++) {
    const seen = await loopwright.gates(run).catch((error: unknown) => String(error))
    if (Array.isArray(seen) && seen.length === 1) return seen[0]!
    if (tries === 600) throw new Error(`The gate never came; last seen: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function says(run: string, by: string, answer: 'yes' | 'no', open?: Gate) {
  const { gate, digest } = open ?? (await openGate(run))
  const grant = signGrant(key, { by, roles: [], expires: Date.now() + 600_000 }, { run, gate, digest, answer })
  return loopwright.send(run, 'decide', { gate, digest, answer, grant }, { waitMilliseconds: 120_000 })
}
const voicesOf = async (run: string) => ((await openGate(run)).voices ?? []).map(({ by, answer }) => `${by}: ${answer}`)

test('two people agree although a worker is killed, the server is killed and other code is deployed in between, and each counts once', async () => {
  const killed = await startWorkerOf(bundles.first)
  const ask = { kind: 'confirm' as const, question: 'Shall it go out?', needs: { quorum: { yes: 2, of: 4 } } }
  const run = await loopwright.start('asking', { gates: [ask] })
  const { digest } = await openGate(run)
  const again = { accepted: false, reason: expect.stringContaining('counts once') }
  expect(await says(run, 'ada', 'yes')).toEqual({ accepted: true, reason: '1 of 2 have agreed; the gate stays open.' })

  await end(killed, 'SIGKILL')
  const next = await startWorkerOf(bundles.first)
  expect(await says(run, 'ada', 'yes')).toMatchObject(again)
  expect(await says(run, 'bob', 'no')).toMatchObject({ accepted: true })
  expect(await voicesOf(run)).toEqual(['ada: yes', 'bob: no'])

  process.kill(temporal.pid, 'SIGKILL')
  temporal = await startServer({ stateFolder, ui: false })
  expect(await voicesOf(run)).toEqual(['ada: yes', 'bob: no'])
  expect(await says(run, 'ada', 'yes')).toMatchObject(again)

  await end(next, 'SIGTERM')
  await startWorkerOf(bundles.second)
  // Only what was deployed now knows this workflow.
  expect(await loopwright.result(await loopwright.start('added', { gates: [] }))).toMatchObject({ status: 'accepted' })
  expect(await voicesOf(run)).toEqual(['ada: yes', 'bob: no'])
  const open = await openGate(run)
  expect(open.digest).toBe(digest)
  expect(await says(run, 'bob', 'yes')).toMatchObject(again)
  const together = await Promise.all(
    ['cyd', 'dan', 'eve'].map((by) => says(run, by, 'yes', open).catch((error: unknown) => ({ accepted: false, error }))),
  )
  expect({ together, accepted: together.filter(({ accepted }) => accepted).length }).toMatchObject({ accepted: 1 })
  expect(await loopwright.result(run)).toMatchObject({ status: 'accepted', value: [{ answer: 'yes' }] })
}, 300_000)
