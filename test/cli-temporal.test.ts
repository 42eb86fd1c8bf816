import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { runProcess } from '../activities/process.ts'
import { splitCommand } from '../contract/command.ts'
import { startScriptedServer, type ScriptedRequest, type ScriptedServer, type Reply } from '../testing/index.ts'
import { findTemporal } from '../workers/find-temporal.ts'
import { startServer } from '../workers/server.ts'
import { type LoopwrightWorker, startWorker } from '../workers/worker.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

const Gates = z.tuple([z.looseObject({ gate: z.string(), digest: z.string() })])
const Queried = z.looseObject({ queryResult: z.array(z.unknown()) })
const hint = 'The mistake is in the rounding.'

let folder: string
let server: Awaited<ReturnType<typeof startServer>>
let models: ScriptedServer
let worker: LoopwrightWorker
let running: Promise<void>
let program: string
let documented: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loopwright-temporal-'))
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env
  const found = await findTemporal(environment)
  program = 'command' in found ? found.command : ''
  server = await startServer({ stateFolder: folder, ui: false })
  models = await startScriptedServer({ script: readsUntilSteered })
  const bundle = process.env['LOOPWRIGHT_TEST_BUNDLE']
  worker = await startWorker({
    address: server.address,
    stateFolder: folder,
    ...(bundle === undefined ? {} : { bundle: { codePath: bundle } }),
    environment: { ...environment, OPENAI_BASE_URL: models.url, OPENAI_API_KEY: 'key' },
  })
  running = worker.run()
  const page = await readFile(new URL('../docs/temporal-cli.md', import.meta.url), 'utf8')
  documented = [...page.matchAll(/```sh\n(.*?)\n```/gs)].map(([, line = '']) => line)
}, 120_000)

afterAll(async () => {
  worker?.shutdown()
  await running
  await models?.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

/** Reads one line after the other until somebody tells it where to look. */
function readsUntilSteered({ messages }: ScriptedRequest): Reply {
  const seen = JSON.stringify(messages)
  if (!seen.includes(hint))
    return { toolCalls: [{ name: 'read', arguments: { path: 'notes.txt', from: messages.length, to: messages.length } }] }
  if (!seen.includes('a + b')) return { toolCalls: [edit('a - b', 'a + b'), edit('a * 3', 'a * 2')] }
  return { toolCalls: [{ name: 'finish', arguments: { answer: 'done' } }] }
}

const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'sum.js', search, replace } })

/** Runs a line of the page, with its placeholders filled in. */
async function temporal(line: string, places: Record<string, string>): Promise<string> {
  const filled = Object.entries(places).reduce((text, [name, value]) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), value), line)
  const [name, ...words] = splitCommand(filled)
  expect(name).toBe('temporal')
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, TEMPORAL_ADDRESS: server.address, NO_COLOR: '1' }
  const { exitCode, output } = await runProcess([program, ...words], { cwd: dirname(folder), environment, timeoutMilliseconds: 60_000 })
  expect({ line: filled, exitCode, output: exitCode === 0 ? '' : output.toString() }).toMatchObject({ exitCode: 0 })
  return output.toString()
}

const documentedLine = (part: string): string => documented.find((line) => line.includes(part)) ?? ''

/** Runs a line of the page until it prints something. */
async function untilPrinted(part: string, wanted: RegExp, places: Record<string, string>): Promise<void> {
  for (let tries = 0; ; tries++) {
    const seen = await temporal(`${documentedLine(part)} --output json`, places)
    if (wanted.test(seen)) return
    if (tries === 200) throw new Error(`${part} never printed ${String(wanted)}; last seen: ${seen}`)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

async function openGate(run: string): Promise<{ gate: string; digest: string }> {
  for (;;) {
    const answer = Queried.parse(JSON.parse(await temporal(`${documentedLine('--type gates')} --output json`, { RUN: run })))
    const gates = Gates.safeParse(answer.queryResult[0])
    if (gates.success) return gates.data[0]
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

test('every line of the page works, in the order in which it stands there', async () => {
  const repo = makeRepository(brokenSum)
  const places: Record<string, string> = { RUN: 'testAndFix-plain', OTHER: 'testAndFix-other', THEIRS: 'testAndFix-theirs', REPO: repo }
  const theirs = { RUN: 'testAndFix-theirs' }
  const printed: Record<string, string> = {}
  for (const line of documented) {
    if (line.includes('name decide')) {
      const { gate, digest } = await openGate('testAndFix-plain')
      Object.assign(places, { GATE: gate, DIGEST: digest })
    }
    // Each of the two ways to end a run gets one of its own.
    if (line.includes('OTHER')) {
      places['OTHER'] = `testAndFix-${line.includes('cancel') ? 'cancelled' : 'killed'}`
      await temporal(documentedLine('workflow start'), { RUN: places['OTHER'], REPO: repo })
    }
    // A batch finds what the index knows already.
    if (line.includes("'acme'")) await untilPrinted('list --query "ExecutionStatus', /testAndFix-theirs/, places)
    printed[line] = await temporal(line, places)
    if (line.includes("'acme'") && line.includes('--name pause')) await untilPrinted('--type status', /"status":\s*"paused"/, theirs)
    if (line.includes("'acme'") && line.includes('--name resume'))
      await untilPrinted('--type status', /"status":\s*"(running|waiting)"/, theirs)
  }
  expect(printed[documentedLine('name decide')]).toMatch(/"?accepted"?:\s*true/)
  expect(printed[documentedLine('workflow result')]).toContain('"status":"accepted"')
  expect(printed[documentedLine('workflow list --query "WorkflowType')]).toContain('testAndFix-plain')
  expect(printed[documentedLine('workflow describe')]).toContain('"workflowExecutionInfo"')
  expect(await temporal(documentedLine('workflow result'), theirs)).toContain('"status":"stopped"')
}, 240_000)

test('a steering signal of the plain CLI reaches the next turn of the model', async () => {
  const notes = Array.from({ length: 400 }, (_, index) => `line ${index}`).join('\n')
  const repo = makeRepository({ ...brokenSum, 'notes.txt': notes })
  const start = documentedLine('workflow start').replace('"approve":true', '"models":"openai/reader"')
  await temporal(start, { RUN: 'testAndFix-steered', REPO: repo })
  while (models.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 100))
  await temporal(documentedLine('workflow signal'), { RUN: 'testAndFix-steered' })
  const result = await temporal(documentedLine('workflow result'), { RUN: 'testAndFix-steered' })
  expect(result).toContain('"status":"accepted"')
}, 120_000)

test('wrong input fails the run at once, with every problem listed', async () => {
  await temporal(
    'temporal workflow start --type testAndFix --task-queue loops --workflow-id wrong --input \'{"tset":1,"limits":{"attempts":0}}\'',
    {},
  )
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, TEMPORAL_ADDRESS: server.address }
  const words = ['workflow', 'result', '--workflow-id', 'wrong']
  const { exitCode, output } = await runProcess([program, ...words], { cwd: folder, environment, timeoutMilliseconds: 30_000 })
  expect(exitCode).not.toBe(0)
  for (const part of ['nothing was done', 'tset', 'at repo', 'at test', 'limits.attempts']) expect(output.toString()).toContain(part)
})
