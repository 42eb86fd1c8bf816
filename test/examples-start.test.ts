import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { createProgram } from '../cli/program.ts'
import { absolute } from '../cli/commands/start.ts'
import { entryOf } from '../contract/catalogue.ts'
import { type Declaration } from '../contract/declaration.ts'
import { declarations } from '../contract/declarations.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type Stages } from '../contract/stages.ts'
import { type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { findTemporal } from '../workers/find-temporal.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { fixtures } from './loop-fixtures/index.ts'
import { type LoopFixture } from './loop-fixtures/fixture.ts'
import { askedFor, player, saidIn } from './support/player.ts'

jest.setTimeout(240_000)
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'loopwright-examples-'))
const tickets = join(folder, 'tickets')
const names = Object.keys(declarations)
// A project of the reader's own is meant, and a model that can do it: here those of the contract suite.
const onGround = new Map(
  fixtures.filter(({ name }) => ['testAndFix', 'goal', 'ralph', 'lesson'].includes(name)).map((one) => [one.name, one]),
)
const acceptedOne = expect.objectContaining({ status: 'accepted', value: expect.anything() })
const exampleOf = (name: string) => join('examples', 'patterns', name, 'input.json')
let bench: CoreBench
let server: ScriptedServer
let temporal: string

const abilities = new Map<string, ReturnType<LoopFixture['accepts']>>()

/** The example's input, on ground of its own where it needs some. */
function inputOf(name: string, run: string): Record<string, unknown> {
  const input = JSON.parse(readFileSync(join(root, exampleOf(name)), 'utf8')) as Record<string, unknown>
  const fixture = onGround.get(name as LoopFixture['name'])
  if (!fixture) return absolute(input, root)
  abilities.set(run, fixture.accepts())
  return { ...input, ...fixture.input(), models: `openai/${run}` }
}

/** Does what every example asks for, quotations included. */
function plays(request: ScriptedRequest) {
  const able = abilities.get(request.model)
  if (able) return able(request)
  const { properties = {} } = askedFor(request) ?? {}
  if ('sufficient' in properties) return JSON.stringify({ sufficient: true, missing: [] })
  const quote = 'may be sent back within 30 days'
  const said = saidIn(request)
  const passage = [...said.slice(0, said.indexOf(quote)).matchAll(/returns\.md#\d+-\d+/g)].at(-1)?.[0] ?? ''
  const citations = [{ passage, quote }]
  if ('citations' in properties) return JSON.stringify({ answer: 'Within 30 days.', notFound: false, citations })
  return player(request)
}

beforeAll(async () => {
  cpSync(join(root, 'examples/patterns/triage/tickets'), tickets, { recursive: true })
  server = await startScriptedServer({ script: plays })
  const environment = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_TICKETS: tickets }
  bench = await openBench(ownWorkflows, environment)
  const { TEMPORAL_ADDRESS: _address, ...rest } = process.env
  const found = await findTemporal(rest)
  temporal = 'command' in found ? found.command : ''
})
afterAll(async () => {
  await bench.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The command line in this process: what a spawned one costs is paid by the tests that are about it. */
async function loopwright(words: string[]): Promise<void> {
  const address = process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? ''
  const { exitCode } = process
  await createProgram().parseAsync([...words, '--address', address], { from: 'user' })
  expect({ words, exitCode: process.exitCode }).toEqual({ words, exitCode: 0 })
  process.exitCode = exitCode
}

async function typed(argv: string[]): Promise<void> {
  const address = process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? ''
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, TEMPORAL_ADDRESS: address, NO_COLOR: '1' }
  const { exitCode, output } = await runProcess(argv, { cwd: root, environment, timeoutMilliseconds: 120_000 })
  expect({ argv, exitCode, output: output.toString() }).toEqual({ argv, exitCode: 0, output: expect.any(String) })
}
const ended = (run: string) => bench.client.workflow.getHandle(run).result() as Promise<Outcome<unknown>>

test('every workflow has an example that works with its declaration', () => {
  expect(names.filter((name) => !existsSync(join(root, exampleOf(name))))).toEqual([])
  expect(names.filter((name) => !existsSync(join(root, 'examples', 'patterns', name, 'README.md')))).toEqual([])
})

test.each(names)(
  'the example of %s ends accepted, from the command line and from plain temporal, within its drawn stages and calls',
  async (name) => {
    const declaration: Declaration = declarations[name as keyof typeof declarations]
    const [ours, plain] = [`${name}-${randomUUID()}`, `${name}-${randomUUID()}`]
    const files = [ours, plain].map((run) => join(folder, `${run}.json`)) as [string, string]
    const input = inputOf(name, ours)
    writeFileSync(files[0], JSON.stringify(input))
    writeFileSync(files[1], JSON.stringify(inputOf(name, plain)))
    const state = ['--state-folder', bench.stateFolder, '--task-queue', bench.taskQueue]
    const ownFile = onGround.has(name as LoopFixture['name']) ? files[0] : join(root, exampleOf(name))
    await loopwright(['start', name, '--input-file', ownFile, '--id', ours, ...state])
    const outcome = await ended(ours)
    expect({ name, outcome }).toEqual({ name, outcome: acceptedOne })
    // A ticket is filed once.
    rmSync(join(tickets, 'filed', 'T-1.md'), { force: true })
    const start = ['workflow', 'start', '--type', name, '--workflow-id', plain]
    await typed([temporal, ...start, '--task-queue', bench.taskQueue, '--input-file', files[1]])
    expect({ name, outcome: await ended(plain) }).toEqual({ name, outcome: acceptedOne })
    if (name === 'findWork') for (const run of begunBy(outcome)) await ended(run)
    const { stages = [], most } = entryOf(name, declaration, input)
    const activities = await activitiesOf(ours)
    const asked = activities.filter(({ type }) => type === 'callModel')
    expect(asked.length).toBeLessThanOrEqual(most.calls ?? 0)
    const drawn = namesIn(stages)
    for (const { path } of asked) expect({ path, drawn: drawn.has(askedBy(path)) }).toEqual({ path, drawn: true })
    for (const { path } of activities.filter(({ type }) => ['useTool', 'performEffect', 'retrieve'].includes(type)))
      expect({ path, drawn: path.split('/').some((part) => drawn.has(part.split('#')[0]!)) }).toEqual({ path, drawn: true })
  },
)

/** Runs that go on by themselves: the server must not keep them open when their worker is gone. */
function begunBy({ value }: Outcome<unknown>): string[] {
  return (value as { started: string[] }).started
}

async function activitiesOf(run: string): Promise<{ type: string; path: string }[]> {
  const { events } = await bench.client.workflow.getHandle(run).fetchHistory()
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled ? [{ type: scheduled.activityType?.name ?? '', path: scheduled.activityId ?? '' }] : [],
  )
}

/** The stage or agent in which a model was asked: `loop#1/attempt#1/write#1/ask#1` is `write`. */
function askedBy(path: string): string {
  const parts = path.split('/').map((part) => part.split('#')[0]!)
  return parts.slice(0, parts.indexOf('ask')).findLast((part) => part !== 'turn') ?? ''
}

function namesIn(stages: Stages): Set<string> {
  return new Set(stages.flatMap((stage) => ('stages' in stage ? [...namesIn(stage.stages)] : [stage.name])))
}
