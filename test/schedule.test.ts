import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ScheduleOverlapPolicy } from '@temporalio/client'
import { connect, type Scheduled } from '../client/index.ts'
import { runProcess } from '../activities/process.ts'
import { type FoundWork } from '../contract/office/find-work.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { player } from './support/player.ts'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tickets-'))
// Other tests' runs live on the same server.
const mine = randomUUID().slice(0, 8)
const input = { input: { models: 'openai/good', approve: false, teams: { billing: 'Invoices.' } }, most: 2 }
let bench: CoreBench
let server: ScriptedServer

beforeAll(async () => {
  server = await startScriptedServer({ script: player })
  const environment = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_TICKETS: folder }
  bench = await openBench(ownWorkflows, environment)
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

async function cli(...words: string[]) {
  const environment = { PATH: process.env['PATH'] ?? '', TEMPORAL_ADDRESS: process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? '', NO_COLOR: '1' }
  const argv = [process.execPath, program, ...words, '--task-queue', bench.taskQueue, '--state-folder', bench.stateFolder]
  const { exitCode, output } = await runProcess(argv, { cwd: folder, environment, timeoutMilliseconds: 60_000 })
  return { exitCode, out: output.toString() }
}

const put = (file: string, content: unknown) =>
  writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content))
const scheduleOf = (name: string) => bench.client.schedule.getHandle(name)

/** What the runs of a schedule found, once so many have been started. */
async function foundBy(schedule: string, runs: number): Promise<FoundWork[]> {
  for (;;) {
    const { info } = await scheduleOf(schedule).describe()
    if (info.numActionsTaken >= runs) {
      const ids = info.recentActions.map(({ action }) => action.workflow.workflowId)
      const outcomes = await Promise.all(ids.map((id) => bench.client.workflow.getHandle(id).result() as Promise<Outcome<FoundWork>>))
      return outcomes.map((outcome) => {
        expect(outcome).toMatchObject({ status: 'accepted', value: expect.anything() })
        return outcome.value!
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('two schedules that fire at once give every ticket exactly one run, at most so many each time, and say what they skipped', async () => {
  put(`${mine}-one.json`, { subject: 'The first', text: 'How long may I return a lamp?', receivedAt: new Date().toISOString() })
  put(`${mine}-two.md`, '# The second\n\nThe invoice of March is wrong.\n')
  put(`${mine}-three.json`, { id: `${mine}-3`, subject: 'The third' })
  put('broken.json', '{"subject": ')
  put('strange.json', { subject: 'x', colour: 'red' })
  put('notes.txt', 'no ticket at all')
  mkdirSync(join(folder, 'folder.json'))
  symlinkSync('/etc/passwd', join(folder, 'link.md'))
  // Somebody has begun with this one.
  put('begun.json', { id: `${mine}-begun`, subject: 'Begun' })
  const begun = await bench.client.workflow.start('triage', { workflowId: `triage-${mine}-begun`, taskQueue: 'nobody' })
  const schedule = `tickets-${mine}`
  const made = await cli('schedule', 'create', schedule, 'findWork', '--every', '525600', '--input', JSON.stringify(input))
  expect(made).toEqual({ exitCode: 0, out: expect.stringContaining(`${schedule} starts findWork every 365 d`) })
  const { policies } = await scheduleOf(schedule).describe()
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 })

  // Temporal itself makes one run of two triggers within a second; those of two schedules overlap.
  const other = `other-${mine}`
  expect(await cli('schedule', 'create', other, 'findWork', '--every', '525600', '--input', JSON.stringify(input))).toMatchObject({
    exitCode: 0,
  })
  await Promise.all([schedule, other].map((one) => scheduleOf(one).trigger(ScheduleOverlapPolicy.ALLOW_ALL)))
  const found = (await Promise.all([foundBy(schedule, 1), foundBy(other, 1)])).flat()
  const started = found.flatMap((one) => one.started)
  const ids = [`${mine}-one`, `${mine}-two`, `${mine}-3`]
  expect(started.toSorted()).toEqual(ids.map((id) => `triage-${id}`).toSorted())
  for (const one of found) {
    expect(one.started.length).toBeLessThanOrEqual(2)
    const skipped = new Map(one.skipped.map(({ what, why }) => [what, why]))
    expect(skipped.get('broken.json')).toContain('not a JSON object')
    expect(skipped.get('strange.json')).toContain('colour')
    expect(skipped.get('folder.json')).toContain('not a regular file')
    expect(skipped.get('link.md')).toContain('not a regular file')
    expect(skipped.has('notes.txt')).toBe(false)
  }
  expect(JSON.stringify(found)).toContain(`there is a run triage-${mine}-begun`)
  for (const run of started)
    expect(await bench.client.workflow.getHandle(run).result()).toMatchObject({ status: 'accepted', value: { late: false } })
  expect(readdirSync(join(folder, 'filed')).toSorted()).toEqual(ids.map((id) => `${id}.md`).toSorted())

  expect(await cli('schedule', 'run', schedule)).toEqual({ exitCode: 0, out: expect.any(String) })
  // It is skipped while the server still takes the last run for open.
  while ((await scheduleOf(schedule).describe()).info.numActionsTaken < 2) {
    await scheduleOf(schedule).trigger()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
  }
  const last = (await foundBy(schedule, 2)).at(-1)!
  expect(last.started).toEqual([])
  for (const id of ids) expect(last.skipped).toContainEqual({ what: id, why: 'it is filed' })
  await begun.terminate()
  await Promise.all([schedule, other].map((one) => scheduleOf(one).delete()))
}, 120_000)

test('every ticket is begun once when the run that finds them continues as new after every step', async () => {
  const name = `seam-${mine}`
  const ids = ['a', 'b', 'c'].map((letter) => `${name}-${letter}`)
  for (const id of ids) put(`${id}.json`, { subject: id })
  const handle = await bench.start('findWork', { ...input, most: 50 }, { seamEvery: 1 })
  const { value } = (await handle.result()) as Outcome<FoundWork>
  expect(value?.started.filter((run) => run.includes(name)).toSorted()).toEqual(ids.map((id) => `triage-${id}`))
  await Promise.all((value?.started ?? []).map((run) => bench.client.workflow.getHandle(run).result()))
})

test('schedules are listed, paused, resumed and deleted, and what cannot be done is said in a sentence', async () => {
  const address = process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? ''
  const loopwright = await connect({ address, taskQueue: bench.taskQueue, stateFolder: bench.stateFolder })
  const { schedules } = loopwright
  const schedule = `commands-${mine}`
  const daily = { workflow: 'findWork', input: {}, cron: '0 8 * * MON-FRI', timeZone: 'Europe/Berlin', catchUpMinutes: 5 }
  await expect(schedules.create(schedule, { ...daily, input: { most: 0 } })).rejects.toMatchObject({ type: 'InvalidInput' })
  await schedules.create(schedule, daily)
  await expect(schedules.create(schedule, daily)).rejects.toMatchObject({
    type: 'ScheduleExists',
    message: expect.stringContaining(schedule),
  })
  await schedules.pause(schedule, 'on holiday')
  const { state, policies } = await scheduleOf(schedule).describe()
  expect({ ...state, ...policies }).toMatchObject({ paused: true, note: 'on holiday', overlap: 'SKIP', catchupWindow: 300_000 })
  // The list lags behind.
  let listed: Scheduled | undefined
  while (!listed?.paused) listed = (await schedules.list()).find((one) => one.schedule === schedule)
  expect(listed).toMatchObject({ workflow: 'findWork', note: 'on holiday', runs: [] })
  const line = (await cli('schedule', 'list')).out.split('\n').find((one) => one.startsWith(schedule))
  expect(line).toContain('findWork  paused (on holiday)')
  await schedules.resume(schedule)
  expect((await scheduleOf(schedule).describe()).state.paused).toBe(false)
  expect(await cli('schedule', 'delete', schedule)).toEqual({ exitCode: 0, out: expect.any(String) })
  await expect(schedules.run(schedule)).rejects.toMatchObject({ type: 'NoSuchSchedule' })
  await loopwright.close()
  const never = await cli('schedule', 'create', schedule, 'findWork')
  expect(never).toEqual({ exitCode: 1, out: expect.stringContaining('add --every 10') })
}, 120_000)
