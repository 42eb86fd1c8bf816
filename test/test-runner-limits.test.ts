import { expect, test } from '@jest/globals'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { inFolder, runWith, runIn } from './fixtures/tests/folder.ts'
import { gone } from './fixtures/tests/gone.ts'
import { unconfined } from '../activities/sandbox/unconfined.ts'

/** A script that waits for its child, which only this test starts. */
const lingering = (seconds: string) => `#!/bin/sh\nsleep ${seconds} &\necho "child ${seconds}"\nwait\n`

test('the time limit kills the command and its children, and the check says so', async () => {
  const run = await runWith({ 'check.sh': lingering('300.0701') }, ['./check.sh'], { minutes: 0.01 })
  expect(run).toMatchObject({ exitCode: null, timedOut: true, ended: 'timeout' })
  expect(run.checks).toEqual([
    { name: './check.sh', status: 'failed', message: expect.stringContaining('did not end within 0.01 minutes') },
  ])
  expect(run.tail).toContain('child 300.0701')
  expect(await gone('300.0701')).toBe(true)
})

test('cancellation kills the command and its children', async () => {
  const cancelling = new AbortController()
  const run = await runWith({ 'check.sh': lingering('300.0702') }, ['./check.sh'], {
    signal: cancelling.signal,
    onTail: (tail) => tail.includes('child') && cancelling.abort(),
  })
  expect(run).toMatchObject({ exitCode: null, ended: 'cancelled', checks: [] })
  expect(await gone('300.0702')).toBe(true)
})

test('50 MB of output is cut off at 20 MB, and the check says so', async () => {
  const run = await runWith({}, ['node', '-e', 'const b = Buffer.alloc(1e6, 120); for (let i = 0; i < 50; i += 1) process.stdout.write(b)'])
  expect(run).toMatchObject({ exitCode: null, ended: 'output', timedOut: false })
  expect(run.checks).toMatchObject([{ status: 'failed', message: expect.stringContaining('more than 20 MB') }])
  expect(run.output.length).toBeLessThan(22_000_000)
  expect(run.tail.length).toBeLessThanOrEqual(2_000)
})

test('binary output and output that is not UTF-8 are kept as they are and shown as text', async () => {
  const bytes = [0, 1, 2, 0xff, 0xfe, 0xe9, 27, 91, 51, 49, 109, 104, 105, 10]
  const run = await runWith({}, ['node', '-e', `process.stdout.write(Buffer.from(${JSON.stringify(bytes)})); process.exitCode = 1`])
  expect([...run.output]).toEqual(bytes)
  expect(run.tail).toBe('\ufffd\ufffd\ufffdhi')
  expect(run.checks[0]?.message).toContain('hi')
})

test('a command that is not there is a failed check with a sentence', async () => {
  const run = await runWith({}, ['no-such-program', '--all'])
  expect(run).toMatchObject({ exitCode: null, ended: 'not found' })
  expect(run.checks).toEqual([
    { name: 'no-such-program --all', status: 'failed', message: '`no-such-program` was not found or is not executable.' },
  ])
})

test('tests see a minimal environment, an empty home folder and no key of the worker', async () => {
  const worker = { PATH: process.env['PATH'], HOME: process.env['HOME'], OPENAI_API_KEY: 'canary', NODE_OPTIONS: '--no-warnings' }
  const script = "console.log(JSON.stringify({ ...process.env, entries: require('fs').readdirSync(process.env.HOME).length }))"
  const run = await runWith({}, ['node', '-e', script], { worker, environment: { EXTRA: 'yes' } })
  const { PATH, HOME, TMPDIR, ...rest } = JSON.parse(run.output.toString())
  expect(rest).toMatchObject({ EXTRA: 'yes', LANG: 'C.UTF-8', CI: '1', NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1', entries: 0 })
  expect(Object.keys(rest).filter((name) => /KEY|NODE/.test(name))).toEqual([])
  expect([PATH, HOME, TMPDIR].every((value) => typeof value === 'string')).toBe(true)
  expect(HOME).not.toBe(worker.HOME)
})

test('the folder is left as it was, and so is the temporary folder', async () => {
  await inFolder({ 'a.test.js': "require('node:test')('works', () => {})\n" }, async (folder) => {
    const before = await readdir(folder)
    const run = await runIn(folder, ['node', '--test'])
    expect(run.checks).toHaveLength(1)
    expect(await readdir(folder)).toEqual(before)
  })
  const script = 'console.log(process.env.HOME.split("/").at(-2))'
  const run = await runWith({}, ['node', '-e', script], { sandbox: unconfined('the test') })
  expect(await readdir(tmpdir())).not.toContain(run.output.toString().trim())
})
