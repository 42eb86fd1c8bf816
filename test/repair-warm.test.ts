import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from '@jest/globals'
import { programRunner } from '../activities/repair/program.ts'
import { repairFolder } from '../activities/repair/repair.ts'
import { type RepairProgress, type RunTests } from '../activities/repair/result.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { runTestCommand } from '../activities/tests/run.ts'

const fixtures = fileURLToPath(new URL('fixtures/repair/', import.meta.url))
const nodeModules = fileURLToPath(new URL('../node_modules', import.meta.url))
const sandbox = await openSandbox()
const dependencies = { source: join(fixtures, 'program'), paths: [] }
const made: string[] = []

afterEach(() => Promise.all(made.splice(0).map((path) => rm(path, { recursive: true, force: true }))))

async function program(name: string): Promise<string> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-warm-test-')))
  made.push(base)
  await symlink(nodeModules, join(base, 'node_modules'))
  await cp(join(fixtures, name), join(base, 'project'), { recursive: true, filter: (path) => !path.endsWith('__pycache__') })
  return join(base, 'project')
}

const runProgram = programRunner({ sandbox, worker: process.env, dependencies })

/** What a search with servers comes to, and how often it put the question to the tests' own command. */
async function repaired(name: string, argv: string[]) {
  let runs = 0
  const runTests: RunTests = (call) => {
    runs += 1
    return runTestCommand({ ...call, sandbox, dependencies })
  }
  const result = await repairFolder({ folder: await program(name), argv, runTests, runProgram })
  return { found: result.found, tried: result.candidatesTried, runs }
}

/** As they are, traced, and the failing files alone; then each edit that a server found promising. */
const observing = 3

test.each([
  ['js-cache', ['node', '--test']],
  ['ts-tree', ['npx', 'jest']],
  ['py-words', ['python3', '-m', 'pytest', '-q']],
  ['py-maximum', ['python3', '-m', 'unittest']],
])('edits of %s are tried without starting %j for each', async (name, argv) => {
  const { found, tried, runs } = await repaired(name, argv)
  expect(found).toBe('all')
  expect(tried).toBeGreaterThan(10)
  expect(runs).toBeLessThan(observing + tried / 2)
})

test('a search that was broken off goes on with the next edit, and ends as if it had not been', async () => {
  const search = {
    argv: ['node', '--test'],
    runProgram,
    runTests: (call: Parameters<RunTests>[0]) => runTestCommand({ ...call, sandbox, dependencies }),
  }
  const whole = await repairFolder({ ...search, folder: await program('js-cache') })
  const stop = new AbortController()
  let resume: RepairProgress['state']
  const broken = repairFolder({
    ...{ ...search, folder: await program('js-cache'), signal: stop.signal },
    onProgress: ({ tried, state }) => {
      if (tried !== 10) return
      resume = state
      stop.abort(new Error('killed'))
    },
  })
  await expect(broken).rejects.toThrow('killed')
  const told: number[] = []
  const rest = await repairFolder({
    ...{ ...search, folder: await program('js-cache'), ...(resume ? { resume } : {}) },
    onProgress: ({ tried }) => told.push(tried),
  })
  expect(told[0]).toBe(11)
  expect({ ...rest, milliseconds: 0, text: '' }).toEqual({ ...whole, milliseconds: 0, text: '' })
})
