import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { runProcess } from '../activities/process.ts'
import { openKept } from '../client/kept.ts'
import { type Gate } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { historyPrefix } from '../store/history-key.ts'
import { archiveHistories, archiveRun } from '../workers/archive.ts'
import { type CoreBench, openBench } from './support/core.ts'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
let bench: CoreBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** Loops that count; 99 is never reached. */
const counting = (input: object, more: object = {}) => bench.start('counting', { target: 99, limits: { attempts: 2 }, ...input }, more)
const kept = () => openKept({ artifacts: join(bench.stateFolder, 'artifacts') })
const casesOf = async (run: string) => (await kept().cases()).filter((one) => one.run === run)
const archive = () => ({ connection: bench.connection, namespace: 'default', store: kept().store })

async function answered(run: WorkflowHandleWithFirstExecutionRunId, answer: string, more: object = {}, but?: string): Promise<string> {
  for (;;) {
    const [gate] = await run.query<Gate[]>('gates')
    if (gate && gate.gate !== but) {
      const { gate: name, digest } = gate
      expect(await run.executeUpdate('decide', { args: [{ gate: name, digest, answer, ...more }] })).toEqual({ accepted: true })
      return name
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a run that stops is a case before it ends, with its best, its certificate and where its history is kept', async () => {
  const run = await counting({})
  const outcome = (await run.result()) as Outcome<number>
  const [found, ...others] = await casesOf(run.workflowId)
  expect(others).toEqual([])
  expect(found).toMatchObject({ workflow: 'counting', status: 'stopped', reason: 'attempts', why: outcome.why })
  expect(found?.certificate).toEqual(outcome.certificate)
  const record = JSON.parse(await kept().store.text(outcome.certificate!.sha256)) as { input: string; endedAt: number }
  expect(found).toMatchObject({ input: record.input, at: record.endedAt })
  expect(JSON.parse(await kept().store.text(found!.best!.sha256))).toEqual(outcome.best)
  await archiveRun(archive(), run.workflowId)
  expect(await kept().store.resolve(found!.history)).toBeDefined()
  expect(await casesOf(run.workflowId)).toEqual([found])
})

test('what is accepted without help is no case; what a person took or corrected is', async () => {
  const alone = await counting({ target: 1 })
  const taken = await counting({ fallback: ['human'] })
  const corrected = await counting({ target: 1, approve: true })
  await answered(taken, 'yes')
  const first = await answered(corrected, 'no', { note: 'one more please' })
  await answered(corrected, 'yes', {}, first)
  const outcomes = (await Promise.all([alone, taken, corrected].map((run) => run.result()))) as Outcome<number>[]
  expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted'])
  expect(await casesOf(alone.workflowId)).toEqual([])
  expect(await casesOf(taken.workflowId)).toMatchObject([{ status: 'escalated', why: outcomes[1]!.why }])
  const [correction] = await casesOf(corrected.workflowId)
  expect(correction).toMatchObject({ status: 'corrected' })
  expect(JSON.parse(await kept().store.text(correction!.best!.sha256))).toEqual({ value: 2 })
})

test('a run that failed or was killed becomes a case when its history is kept, also by the sweep', async () => {
  const [failed, killed] = [await counting({ fallback: ['fail'] }), await counting({ target: 1, approve: true })]
  await expect(failed.result()).rejects.toThrow()
  await killed.terminate('it was the wrong one')
  await archiveRun(archive(), failed.workflowId)
  while ((await kept().store.keys(historyPrefix(killed.workflowId))).length === 0)
    expect(await archiveHistories({ ...archive(), taskQueue: bench.taskQueue })).toMatchObject({ problems: [] })
  const [of] = await casesOf(failed.workflowId)
  expect(of).toMatchObject({ status: 'failed', reason: 'LoopStopped', why: expect.stringContaining('attempts'), at: expect.any(Number) })
  expect(await casesOf(killed.workflowId)).toMatchObject([{ status: 'killed', why: 'It was killed: it was the wrong one' }])
})

test('a run that continued as new is one case', async () => {
  const run = await counting({}, { seamEvery: 1 })
  expect(await run.result()).toMatchObject({ status: 'stopped' })
  await archiveRun(archive(), run.workflowId)
  expect(await casesOf(run.workflowId)).toHaveLength(1)
})

test('cases lists them and cases show says what was best and what is open, without a server', async () => {
  const run = await counting({})
  await run.result()
  const loopwright = async (...words: string[]) => {
    const environment = { PATH: process.env['PATH'] ?? '', TEMPORAL_ADDRESS: '127.0.0.1:1', NO_COLOR: '1' }
    const argv = [process.execPath, program, ...words, '--artifacts', join(bench.stateFolder, 'artifacts')]
    const { exitCode, stdout, output } = await runProcess(argv, { cwd: bench.stateFolder, environment, timeoutMilliseconds: 100_000 })
    return { code: exitCode, out: stdout.toString(), all: output.toString() }
  }
  const listed = await loopwright('cases', '--status', 'stopped')
  expect(listed).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^\\S+ \\S+  ${run.workflowId}  counting  stopped`, 'm')) })
  const json = await loopwright('cases', '--json', '--workflow', 'counting')
  expect(JSON.parse(json.out.split('\n')[0]!)).toMatchObject({ kind: 'case', run: run.workflowId, status: 'stopped', reason: 'attempts' })
  const shown = await loopwright('cases', 'show', run.workflowId.slice(0, -3))
  expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/certificate [\s\S]*objection [\s\S]*Next: loopwright why counting-/) })
  expect(await loopwright('cases', 'show', 'nothing')).toMatchObject({
    code: 1,
    all: expect.stringContaining('no case is kept of a run nothing'),
  })
}, 120_000)
