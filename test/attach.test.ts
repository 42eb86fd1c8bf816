import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { Output } from '../client/attach/output.ts'
import { type Attached, connect, type Loopwright } from '../client/index.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'
import { declarations } from './support/workflows/models.ts'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
let bench: CoreBench
let server: ScriptedServer
let loopwright: Loopwright
let script: (request: ScriptedRequest) => Reply

beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => script(request) })
  bench = await openBench('./workflows/models.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_SANDBOX: 'none' })
  const { stateFolder, taskQueue } = bench
  loopwright = await connect({ address: process.env['LOOPWRIGHT_TEST_ADDRESS']!, stateFolder, taskQueue, declarations })
}, 120_000)
afterAll(async () => {
  await loopwright.close()
  await bench.close()
  await server.close()
})

const turns = ({ messages }: ScriptedRequest) => messages.filter(({ role }) => role === 'assistant').length
const words = (count: number) => Array.from({ length: count }, (_, index) => `word ${index} is said`).join(' ')

/** Everything that was heard, and what each step said in all. */
async function heard(events: AsyncIterable<Attached>) {
  const all: Attached[] = []
  const said: Record<string, string> = {}
  for await (const event of events) {
    all.push(event)
    if (event.kind === 'output') said[event.stage] = `${said[event.stage] ?? ''}${event.missed > 0 ? '…' : ''}${event.text}`
  }
  return { all, said, kinds: all.map(({ kind }) => kind) }
}

/** Prints a line ten times a second for over a second. */
const counting = `node -e "let n = 0; const t = setInterval(() => { console.log('line ' + n++); if (n === 12) clearInterval(t) }, 100)"`

for (const carried of [undefined, { seamEvery: 1 }]) {
  test(`whoever is attached hears a model and a command word by word, each once${carried ? ', also when the run continues as new' : ''}`, async () => {
    const spoken = words(120)
    script = (request) => {
      if (turns(request) === 0) return { toolCalls: [{ name: 'run', arguments: { command: counting } }], delayMilliseconds: 500 }
      return turns(request) === 1
        ? { text: spoken, toolCalls: [{ name: 'read', arguments: { path: 'notes.txt' } }], drip: { bytes: 400, delayMilliseconds: 100 } }
        : 'That is all.'
    }
    const repo = makeRepository({ 'notes.txt': 'a note\n' })
    const { workflowId: run } = await bench.start('reading', { models: 'openai/x', repo, turns: 5 }, carried)
    const { all, said } = await heard(loopwright.attach(run))
    const toolOutput = Object.entries(said).find(([stage]) => stage.includes('/run#'))?.[1] ?? ''
    expect(toolOutput.match(/line \d+/g)).toEqual(Array.from({ length: 12 }, (_, index) => `line ${index}`))
    // The call that follows its words may have been heard, too.
    expect(Object.values(said)).toContainEqual(expect.stringMatching(new RegExp(`^${spoken}(\\n|$)`)))
    expect(Object.values(said)).toContain('That is all.')
    expect(all.at(-1)).toMatchObject({ kind: 'ended', outcome: { status: 'accepted' } })
    const pieces = all.filter((event) => event.kind === 'output' && spoken.includes(event.text))
    // Not only as a whole at the end.
    expect(pieces.length).toBeGreaterThan(1)
    const begun = all.flatMap((event) => (event.kind === 'begins' ? [event.stage] : []))
    expect(new Set(begun).size).toBe(begun.length)
  }, 120_000)
}

test('one stage is attached to until it is over, and a stage that is not open is refused with those that are', async () => {
  let goOn = false
  script = (request) =>
    turns(request) === 0 ? { text: '', delayMilliseconds: 500 } : goOn ? 'That is all.' : { text: '', delayMilliseconds: 200 }
  const repo = makeRepository({ 'notes.txt': 'a note\n' })
  const { workflowId: run } = await bench.start('reading', { models: 'openai/x', repo, turns: 2_000 })
  while (!(await loopwright.status(run)).open.some(({ path }) => path === 'reader#1'))
    await new Promise((resolve) => setTimeout(resolve, 50))
  await expect(heard(loopwright.attach(run, { stage: 'loop#9' }))).rejects.toMatchObject({
    type: 'InvalidInput',
    message: expect.stringContaining('reader#1'),
  })
  const listening = heard(loopwright.attach(run, { stage: 'reader#1' }))
  goOn = true
  expect((await listening).kinds.at(-1)).toMatch(/over|ended/)
  expect((await loopwright.result(run)).status).toBe('accepted')
}, 120_000)

test('the output of tests reaches a second terminal, and what could move its cursor is written as its number', async () => {
  const repo = makeRepository({
    'test.js': `setTimeout(() => console.log('\\u001B[31mred'), 500); setTimeout(() => console.log('green'), 2500)`,
  })
  const { workflowId: run } = await bench.start('writing', { repo, files: 1, test: 'node test.js' })
  const { stateFolder, taskQueue } = bench
  const common = ['--address', process.env['LOOPWRIGHT_TEST_ADDRESS']!, '--state-folder', stateFolder, '--task-queue', taskQueue]
  const environment = { PATH: process.env['PATH'] ?? '', HOME: stateFolder }
  const words = [process.execPath, program, 'attach', run, ...common]
  const { exitCode, stdout, output } = await runProcess(words, { cwd: stateFolder, environment, timeoutMilliseconds: 100_000 })
  expect({ exitCode, output: output.toString() }).toEqual({ exitCode: 0, output: expect.stringContaining('\\u001B[31mred\ngreen') })
  expect(stdout.toString()).toMatch(/── tests#1 {2}run/)
}, 120_000)

test('what is new follows from the counts, and without counts from where the ends of the output overlap', () => {
  const counted = new Output()
  expect(counted.take({ tail: 'aaaa', bytes: 4 })).toEqual({ text: 'aaaa', missed: 0 })
  expect(counted.take({ tail: 'aaaa', bytes: 6 })).toEqual({ text: 'aa', missed: 0 })
  expect(counted.take({ tail: 'bbbb', bytes: 16 })).toEqual({ text: 'bbbb', missed: 6 })
  expect(counted.rest('aaaaaa……bbbb and the end')).toEqual({ text: ' and the end', missed: 0 })
  expect(counted.take({ tail: 'begun again', bytes: 11 })).toEqual({ text: 'begun again', missed: 0 })
  const bare = new Output()
  for (const [tail, text] of [
    ['one two', 'one two'],
    ['two three', ' three'],
    ['four', 'four'],
  ] as const)
    expect(bare.take({ tail }).text).toBe(text)
})
