import { expect, test } from '@jest/globals'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { runProcess } from '../activities/process.ts'
import { scriptOfToolCalls, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'

/** The run that ships in examples/: recorded anew by LOOPWRIGHT_RECORD=1 and this file alone. */
const folder = fileURLToPath(new URL('../examples/stopped-run/', import.meta.url))
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

const project = {
  'package.json': JSON.stringify({ name: 'receipt', type: 'module', scripts: { test: 'node --test' } }),
  'receipt.js': `export const withTax = (net, rate) => net - net * rate
export const rounded = (amount) => Math.floor(amount * 100) / 100
`,
  'receipt.test.js': `import assert from 'node:assert'
import test from 'node:test'
import { rounded, withTax } from './receipt.js'
test('tax is added', () => assert.equal(withTax(100, 0.5), 150))
test('a half cent and more is rounded up', () => assert.equal(rounded(1.006), 1.01))
test('less than half a cent is rounded down', () => assert.equal(rounded(1.004), 1))
`,
}

const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'receipt.js', search, replace } })
const finish = (answer: string) => ({ name: 'finish', arguments: { answer } })
const script = scriptOfToolCalls([
  edit('net - net', 'net + net'),
  finish('Tax is added now.'),
  edit('Math.floor', 'Math.trunc'),
  finish('Rounding is mended.'),
  edit('Math.trunc', 'Math.ceil'),
  finish('Rounding is mended, this time for good.'),
])

async function record(): Promise<void> {
  const server = await startScriptedServer({ script })
  const bench = await openBench(ownWorkflows, { LOOPWRIGHT_PROVIDER_LOCAL_URL: server.url })
  try {
    const { workflowId, firstExecutionRunId: runId } = await bench.client.workflow.start('testAndFix', {
      taskQueue: bench.taskQueue,
      workflowId: 'testAndFix-stopped',
      args: [{ repo: makeRepository(project), test: 'npm test', models: 'local/scripted', limits: { stalls: 2 } }],
    })
    await bench.client.workflow.result(workflowId)
    const history = await bench.client.workflow.getHandle(workflowId, runId).fetchHistory()
    rmSync(join(folder, 'artifacts'), { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'history.json'), historyToJSON(history).replaceAll(/"identity":\s*"[^"]*"/g, '"identity": "recorded"'))
    cpSync(join(bench.stateFolder, 'artifacts'), join(folder, 'artifacts'), {
      recursive: true,
      filter: (path) => !/artifacts\/(keys|temporary)$/.test(path),
    })
  } finally {
    await bench.close()
    await server.close()
  }
}

if (process.env.LOOPWRIGHT_RECORD) test('records the run', record, 120_000)

/** Runs the command line where neither a server nor a state folder is. */
async function loopwright(...words: string[]) {
  const environment = { PATH: process.env['PATH'] ?? '', TEMPORAL_ADDRESS: '127.0.0.1:1' }
  const argv = [process.execPath, program, ...words]
  const { exitCode, stdout, output } = await runProcess(argv, { cwd: folder, environment, timeoutMilliseconds: 60_000 })
  return { code: exitCode, out: stdout.toString(), all: output.toString() }
}

test('why says in three sentences, without server and model, what stopped the shipped run, on what evidence, and what to do', async () => {
  const { code, out } = await loopwright('why', 'history.json')
  expect(out.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^testAndFix-stopped stopped \(stalls\): 2 attempts in a row brought no progress \(plateau\); 1 objection remains: .*half cent.*\.$/,
    ),
    expect.stringMatching(
      /^Attempt 1 was the best and leaves .*half cent and more.*; the last run of the tests: .*1 failed.*; spent: 3 of 8 attempts, .*\.$/,
    ),
    'Read what was tried, then start again with another model or a clearer goal.',
    'Next: loopwright trace history.json',
  ])
  expect(code).toBe(0)
})

test('trace and replay work on the file, and why works on the trace alone', async () => {
  const traced = await loopwright('trace', 'history.json')
  expect(traced.out).toContain(
    'tests#1  npm test: 1 objection: receipt.test.js > less than half a cent is rounded down (2 passed, 1 failed)',
  )
  const file = join(mkdtempSync(join(tmpdir(), 'loopwright-trace-')), 'trace.jsonl')
  const written = await loopwright('trace', 'history.json', '--jsonl', file)
  expect(written.code).toBe(0)
  // Everything that the models said is there: the artifacts are shipped, too.
  expect(readFileSync(file, 'utf8')).toContain('Rounding is mended, this time for good.')
  expect(readFileSync(file, 'utf8')).not.toContain('"missing":true')
  expect((await loopwright('why', file)).out.split('\n').slice(0, 3)).toEqual(
    (await loopwright('why', 'history.json')).out.split('\n').slice(0, 3),
  )
  const events = z.object({ events: z.array(z.unknown()) }).parse(JSON.parse(readFileSync(join(folder, 'history.json'), 'utf8')))
    .events.length
  expect(await loopwright('replay', 'history.json')).toMatchObject({ code: 0, out: `${events} events replayed, same decisions\n` })
}, 60_000)

test('a file that holds no run is refused in one sentence, and a trace is not replayed', async () => {
  expect(await loopwright('why', 'README.md')).toMatchObject({
    code: 1,
    all: expect.stringMatching(/^error: README\.md is neither a history/),
  })
})
