import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withFiles } from '../activities/command/scratch.ts'
import { type CommandReport, notFailed, notSucceeded } from '../contract/command-verdict.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type Verdict } from '../contract/verdict.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

let bench: CoreBench
beforeAll(async () => {
  bench = await openBench('./workflows/commands.ts')
})
afterAll(() => bench.close())

type Files = Record<string, string>
const run = async (command: string, candidates: Files[], more: object = {}) =>
  (await (
    await bench.start('commanding', { command, candidates, limits: { attempts: candidates.length }, ...more })
  ).result()) as Outcome<Files>
/** What is said of one candidate. */
async function objections(command: string, files: Files, more: object = {}): Promise<string[]> {
  const { status, best, why } = await run(command, [files], more)
  return status === 'accepted' ? [] : (best?.verdict.objections ?? []).map(({ id, text }) => `${id}: ${text}`).concat(best ? [] : [why])
}
const says = (text: string) => [expect.stringContaining(text)]

const sum = 'export const add = (a, b) => a + b\n'
const tests = `import assert from 'node:assert'\nimport test from 'node:test'\nimport { add } from './sum.mjs'\ntest('adds', () => assert.equal(add(2, 3), 5))\n`

describe('a command that should succeed', () => {
  test('accepts by its exit code; what it printed last comes back, and the next candidate is run in a folder of its own', async () => {
    const first = {
      'main.mjs':
        "import { writeFileSync } from 'node:fs'\nwriteFileSync('left', '')\nconsole.log('so far')\nthrow new Error('no bread')\n",
    }
    const second = { 'main.mjs': "import { existsSync } from 'node:fs'\nprocess.exit(existsSync('left') ? 1 : 0)\n" }
    expect(await run('node main.mjs', [first, second])).toMatchObject({ status: 'accepted', value: second, spent: { attempts: 2 } })
    expect(await objections('node main.mjs', first)).toEqual(says('no bread'))
  })

  test('is a run of tests where it is one: what fails is named, and tests that are not there have shown nothing', async () => {
    expect(await objections('node --test', { 'sum.mjs': sum, 'sum.test.mjs': tests })).toEqual([])
    expect(await objections('node --test', { 'sum.mjs': sum.replace('+', '-'), 'sum.test.mjs': tests })).toEqual(
      says('sum.test.mjs > adds'),
    )
    expect(await objections('node --test', { 'sum.mjs': sum })).toEqual(says('no tests'))
    // The product ends the process before any test could speak.
    expect(await objections('node --test', { 'sum.mjs': `process.exit(0)\n${sum}`, 'sum.test.mjs': tests })).not.toEqual([])
  })

  test.each([
    ['no-such-program at all', {}, 'was not found or is not executable'],
    ['node main.mjs', { 'main.mjs': 'setInterval(() => {}, 1000)' }, 'did not end within 0.02 minutes'],
    ['node main.mjs', { 'main.mjs': "process.kill(process.pid, 'SIGKILL')" }, 'The command'],
    ['yes', {}, 'printed more than 20 MB'],
  ])('that does not end by itself rejects: %s', async (command, files, text) => {
    expect(await objections(command, files, { minutes: text.includes('minutes') ? 0.02 : 2 })).toEqual(says(text))
  })

  test.each([
    ['../out.mjs', 'no path of a file below the folder'],
    ['/tmp/out.mjs', 'no path of a file below the folder'],
    ['a/../../out.mjs', 'no path of a file below the folder'],
    ['.git/hooks/pre-commit', 'no path of a file below the folder'],
    ['a\u0000b', 'no path of a file below the folder'],
    ['', 'no path of a file below the folder'],
  ])('is not run with a file at %j', async (path, text) => {
    const { status, why } = await run('node main.mjs', [{ [path]: '', 'main.mjs': '' }])
    expect({ status, why }).toMatchObject({ status: 'stopped' })
    expect(await objections('node main.mjs', { [path]: '', 'main.mjs': '' })).toEqual(says(text))
  })

  test('needs no shell: one with shell operators is refused before anything runs', async () => {
    for (const command of ['node main.mjs && true', 'node main.mjs | cat', 'node main.mjs; true', 'X=1 node main.mjs', 'echo $(id)'])
      await expect(run(command, [{ 'main.mjs': '' }])).rejects.toMatchObject({ cause: { type: 'CommandRefused' } })
  })

  test('combines with rules: any needs one of them, all needs both', async () => {
    const both = { 'main.mjs': '', 'other.mjs': '' }
    expect((await run('node main.mjs', [both], { with: 'any' })).status).toBe('accepted')
    expect((await run('node main.mjs', [both], { with: 'all' })).status).toBe('stopped')
    expect((await run('node main.mjs', [{ 'main.mjs': 'throw 1' }], { with: 'any' })).status).toBe('accepted')
    expect((await run('node main.mjs', [{ 'main.mjs': 'throw 1' }], { with: 'all' })).status).toBe('stopped')
  })

  test('sees the commit of a workspace instead of the files that lie in it', async () => {
    const repo = makeRepository({ 'main.mjs': "console.log('from the commit')\nprocess.exit(3)\n" })
    const verdict = async (command: string) =>
      ((await (await bench.start('commandingInRepository', { repo, command })).result()) as Outcome<Verdict>).value
    expect(await verdict('node main.mjs')).toMatchObject({
      accepted: false,
      objections: [{ id: 'node main.mjs', text: expect.stringContaining('from the commit') }],
      evidence: [{ sha256: expect.any(String) }],
    })
    expect(await verdict('node --check main.mjs')).toMatchObject({ accepted: true })
  })
})

describe('a command that should fail', () => {
  const fails = { fails: true }

  test('accepts what fails by itself, and nothing else', async () => {
    expect(await objections('node main.mjs', { 'main.mjs': 'process.exit(1)' }, fails)).toEqual([])
    expect(await objections('node main.mjs', { 'main.mjs': '' }, fails)).toEqual(says('It should fail here, and succeeds'))
    expect(await objections('no-such-program', {}, fails)).toEqual(says('which shows nothing'))
    expect(await objections('node main.mjs', { 'main.mjs': 'setInterval(() => {}, 1000)' }, { ...fails, minutes: 0.02 })).toEqual(
      says('(timeout), which shows nothing'),
    )
    expect(await objections('node --test', { 'sum.mjs': sum }, fails)).toEqual(says('It ran no test, which shows nothing'))
    expect(await objections('node --test', { 'sum.mjs': sum.replace('+', '-'), 'sum.test.mjs': tests }, fails)).toEqual([])
  })
})

test('the folder of a candidate has its files and nothing else, and is gone afterwards, whatever happened', async () => {
  const folders: string[] = []
  const work = async (folder: string) => {
    folders.push(folder)
    expect(readFileSync(join(folder, 'a/b.txt'), 'utf8')).toBe('text')
    throw new Error('work failed')
  }
  await expect(withFiles({ 'a/b.txt': 'text' }, work)).rejects.toThrow('work failed')
  expect(folders.map((folder) => existsSync(folder))).toEqual([false])
  for (const files of [{ a: '', 'a/b': '' }, { big: 'x'.repeat(2_000_001) }])
    await expect(withFiles(files, work)).rejects.toMatchObject({ type: 'CommandRefused' })
})

test('a report that says nothing clear is taken for the worse', () => {
  const report: CommandReport = {
    ...{ exitCode: 0, format: 'exit code', ran: 1, failed: [], tail: 'the last line', milliseconds: 1, sandbox: 'none' },
    output: { sha256: 'a'.repeat(64), bytes: 1 },
  }
  expect([notSucceeded(report).length, notFailed(report).length]).toEqual([0, 1])
  for (const change of [{ exitCode: null }, { exitCode: null, ended: 'memory' as const }, { ran: 0 }])
    expect([notSucceeded({ ...report, ...change }).length, notFailed({ ...report, ...change }).length]).toEqual([1, 1])
  for (const exitCode of [126, 127]) expect(notFailed({ ...report, exitCode })).toHaveLength(1)
  expect([notSucceeded({ ...report, exitCode: 1 }).length, notFailed({ ...report, exitCode: 1 }).length]).toEqual([1, 0])
  expect(notSucceeded({ ...report, failed: [{ name: 'adds', status: 'failed' }] })).toEqual([{ id: 'adds', text: 'the last line' }])
})
