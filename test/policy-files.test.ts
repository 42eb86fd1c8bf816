import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../client/index.ts'
import { type ApiBench, openApiBench, type ServedApi, serveApi } from './support/api.ts'
import { typed } from './support/command-line.ts'
import { makeRepository } from './support/repository.ts'
import { main } from './support/worker-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'loopwright-policy-files-'))
const write = (name: string, policy: unknown) => {
  const file = join(folder, name)
  writeFileSync(file, typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2))
  return file
}

let bench: ApiBench
let served: ServedApi
let places: Record<string, string[]>
beforeAll(async () => {
  bench = await openApiBench()
  served = await serveApi(bench)
  const direct = ['--address', bench.address, '--state-folder', bench.stateFolder]
  places = { 'straight at the server': direct, 'over HTTP': ['--url', served.url] }
}, 240_000)
afterAll(async () => {
  if (served?.process.kill('SIGINT')) await once(served.process, 'exit')
  await bench?.close()
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

const loopwright = async (place: string, ...words: string[]) => {
  const token = place === 'over HTTP' ? { LOOPWRIGHT_TOKEN: await bench.addToken(`tester-${randomUUID()}`, ['admin']) } : {}
  return typed([...words, ...places[place]!], { PATH: process.env['PATH'] ?? '', HOME: folder, npm_command: '', ...token })
}
const inThem = ['straight at the server', 'over HTTP']

const broken = () =>
  makeRepository({
    'package.json': '{"type":"module"}',
    'sum.js': 'export const add = (a, b) => a - b\n',
    'sum.test.js':
      "import assert from 'node:assert'\nimport test from 'node:test'\nimport { add } from './sum.js'\ntest('adds', () => assert.equal(add(2, 3), 5))\n",
  })
const repairing = (repo: string) => ['testAndFix', '--repo', repo, '--test', 'node --test', '--models', 'builtin/repair']

test.each(inThem)(
  'start --policy tightens the run that is started, and no other: %s',
  async (place) => {
    const repo = broken()
    const file = write('asks.json', {
      standard: [],
      rules: [{ name: 'careful', then: 'ask', tools: ['repair'], why: 'it is the last copy' }],
    })
    const [run, free] = [`tight-${randomUUID()}`, `free-${randomUUID()}`]
    const started = await loopwright(place, 'start', ...repairing(repo), '--id', run, '--policy', file)
    expect(started).toMatchObject({ code: 0, all: expect.stringContaining(run) })
    const [gate] = await bench.openGates(run)
    expect(gate!.question).toMatch(/^May this be done: repair.*\? The rule 2:careful asks, because it is the last copy\.$/)
    await loopwright(place, 'start', ...repairing(repo), '--id', free)
    expect((await bench.loopwright.ended(free)).outcome).toMatchObject({ status: 'accepted' })
    await bench.loopwright.stop(run)
    expect((await bench.loopwright.ended(run)).outcome).toMatchObject({ status: 'stopped', reason: 'cancelled' })
    rmSync(repo, { recursive: true, force: true })
  },
  240_000,
)

const rule = { name: 'a', then: 'deny', tools: ['edit'] }
const bad: [string, unknown, RegExp][] = [
  ['is not there', undefined, /the policy file \S+missing\.json cannot be read\nNext: check its path/],
  ['is cut off', '{\n  "rules": [', /the policy file \S+ is not JSON: look at line 2, column 13\nNext: mend it/],
  ['has a comma too many', '{\n  "rules": [],\n}', /is not JSON: look at line 3, column 1\n/],
  ['has no rules', { standard: [] }, /the policy \S+ cannot be used: rules is missing\nNext: loopwright policy lint FILE/],
  ['has an unknown key', { rules: [], ruels: [] }, /cannot be used: Unrecognized key: "ruels"/],
  ['has an unknown key in a rule', { rules: [{ ...rule, path: ['x'] }] }, /cannot be used: rules\.0: Unrecognized key: "path"/],
  ['says what policies do not know', { rules: [{ ...rule, then: 'maybe' }] }, /rules\.0\.then: .*"allow"\|"ask"\|"deny".*, not "maybe"/],
  ['has a regular expression for a glob', { rules: [{ ...rule, tools: ['[a-z]+'] }] }, /rules\.0\.tools\.0: globs know \* and \*\* only/],
  ['has a name twice', { rules: [rule, rule] }, /rules: two rules have the same name/],
  ['limits what it denies', { rules: [{ ...rule, limits: { calls: 1 } }] }, /rules\.0: limits belong to a rule that allows or asks/],
  ['asks nobody', { rules: [{ ...rule, then: 'ask', ask: { roles: [] } }] }, /rules\.0\.ask\.roles: /],
  [
    'is larger than runs can carry',
    { rules: Array.from({ length: 400 }, (_, at) => ({ ...rule, name: `rule-${at}` })) },
    /have \d+ bytes together, and 16384 fit\nNext: /,
  ],
]

describe.each(inThem)('a bad policy, %s', (place) => {
  test.each(bad)(
    'that %s starts nothing',
    async (_what, policy, sentence) => {
      const run = `never-${randomUUID()}`
      const file = policy === undefined ? join(folder, 'missing.json') : write('bad.json', policy)
      const { code, all } = await loopwright(place, 'start', ...repairing(folder), '--id', run, '--policy', file)
      expect(all).toMatch(sentence)
      expect(all.trim().split('\n')).toEqual([expect.stringMatching(/^error: /), expect.stringMatching(/^Next: /)])
      expect(code).toBe(1)
      await expect(bench.loopwright.show(run)).rejects.toMatchObject({ type: 'NoSuchRun' })
    },
    120_000,
  )
})

test.each(bad)(
  'a worker does not begin under a policy that %s, also where it is the second',
  async (_what, policy, sentence) => {
    const file = policy === undefined ? join(folder, 'missing.json') : write('bad.json', policy)
    const good = write('good.json', { rules: [] })
    const { code, all } = await loopwright('straight at the server', 'worker', '--policy', good, '--policy', file, '--task-queue', 'nobody')
    expect(all).toMatch(sentence)
    expect(code).toBe(1)
  },
  120_000,
)

test('a candidate that is tried on nothing is not said to change nothing', async () => {
  const [file, empty] = [write('candidate.json', { rules: [] }), mkdtempSync(join(folder, 'empty-'))]
  const { code, out } = await typed(['policy', 'test', file, '--state-folder', empty], { PATH: process.env['PATH'] ?? '', HOME: folder })
  expect({ code, out }).toEqual({ code: 0, out: 'no recorded run was found here, so nothing was tried\n' })
}, 120_000)

test('worker --policy: what the first file allows is done as far as the second lets it, and the trace names both by their hash', async () => {
  const queue = `files-${randomUUID()}`
  const first = write('first.json', { standard: ['edits'], rules: [] })
  const second = write('second.json', { standard: [], rules: [{ name: 'no-repair', then: 'deny', tools: ['repair'], why: 'not today' }] })
  const place = ['--address', bench.address, '--state-folder', bench.stateFolder, '--task-queue', queue]
  const worker = spawn(process.execPath, [main, 'worker', '--policy', first, '--policy', second, ...place], { stdio: 'ignore' })
  const own = await connect({ address: bench.address, stateFolder: bench.stateFolder, taskQueue: queue })
  const repo = broken()
  try {
    const run = await own.start('testAndFix', { repo, test: 'node --test', models: ['builtin/repair'], limits: { attempts: 1 } })
    expect((await own.ended(run)).outcome).toMatchObject({ status: 'stopped' })
    const { out } = await loopwright(
      'straight at the server',
      'policy',
      'explain',
      'repair',
      '{}',
      '--policy',
      first,
      '--policy',
      second,
      '--json',
    )
    const { policy } = JSON.parse(out) as { policy: string }
    const trace = JSON.stringify(await own.trace(run))
    expect(trace).toContain(`Denied by the rule 2:no-repair (policy ${policy.slice(0, 12)}): not today. Nothing was done.`)
  } finally {
    await own.close()
    worker.kill('SIGINT')
    await once(worker, 'exit')
    rmSync(repo, { recursive: true, force: true })
  }
}, 240_000)
