import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { costLines, sinceTime } from '../cli/commands/costs.ts'
import { addUp } from '../client/costs/costs.ts'
import { openKept } from '../client/kept.ts'
import { folderStore } from '../store/folder.ts'
import { historyKey } from '../store/history-key.ts'
import { recordedHistories } from './support/traces.ts'
import { typed } from './support/command-line.ts'

const names = ['accepted-with-a-model', 'accepted-by-repair', 'continued-as-new', 'stopped-without-progress']
let folder: string
let artifacts: string
const home = process.cwd()

/** Recorded runs as the worker keeps them: what a machine has when the server has forgotten everything. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'))
  process.chdir(folder)
  artifacts = join(folder, 'artifacts')
  const store = folderStore(artifacts)
  for (const name of names) {
    cpSync(fileURLToPath(new URL(`./histories/${name}/artifacts`, import.meta.url)), artifacts, { recursive: true })
    for (const [index, history] of recordedHistories(name).entries())
      await store.point(historyKey(name, String(index)), await store.put(historyToJSON(history)))
  }
  // They name the runs as they were called when they were recorded.
  rmSync(join(artifacts, 'keys', 'certificate'), { recursive: true })
})

afterAll(() => process.chdir(home))

const nowhere = ['--address', '127.0.0.1:1']

/** Runs the command line; a server that answers has never heard of the recorded runs. */
function loopwright(...words: string[]) {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, TEMPORAL_ADDRESS: process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? '' }
  return typed([...words, '--artifacts', artifacts], environment)
}

test('what kept runs cost is told without a server, by workflow, stage and model, and per accepted outcome', async () => {
  const kept = openKept({ artifacts })
  const [whole, stages, models] = await Promise.all((['workflow', 'stage', 'model'] as const).map((by) => kept.costs({ since: 0, by })))
  // Three of the four recorded runs were accepted; what the stopped one used is in the price of the others.
  expect(whole!.total).toMatchObject({ runs: 4, accepted: 3 })
  expect(whole!.total.each!.tokens).toBe(Math.ceil(whole!.total.tokens / 3))
  const tokens = (rows: { tokens: number }[]) => rows.reduce((sum, row) => sum + row.tokens, 0)
  expect([tokens(stages!.rows), tokens(models!.rows)]).toEqual([whole!.total.tokens, whole!.total.tokens])
  expect(models!.rows.map(({ name, runs, accepted }) => [name, runs, accepted])).toEqual([
    ['openai/scripted', 3, 2],
    ['builtin/repair', 1, 1],
  ])
  expect(stages!.rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['fix', 'tests', 'base-tests']))
  expect(whole!.notes.join()).toContain('no server answers')
})

test('runs that ended before the period are left out', async () => {
  const costs = await openKept({ artifacts }).costs({ since: Date.parse('2100-01-01'), by: 'workflow' })
  expect(costs.rows).toEqual([])
  expect(costLines(costs)[0]).toBe('No run ended in this period.')
})

test('a price that nobody knows is said as such, and so is that nothing was accepted', () => {
  const whole = { calls: 2, lost: 0, tokens: 10, microDollars: 0, unpriced: 2, milliseconds: 5 }
  const costs = addUp('workflow', [{ workflow: 'w', accepted: false, whole, parts: new Map() }], [])
  expect(costs.total.each).toBeUndefined()
  expect(costLines(costs).join('\n')).toMatch(/price unknown.*none accepted/)
  const some = addUp('workflow', [{ workflow: 'w', accepted: true, whole: { ...whole, calls: 3, microDollars: 7 }, parts: new Map() }], [])
  expect(costLines(some).join('\n')).toContain('$0.000007 and 2 calls of unknown price')
})

test('periods are read as people write them', () => {
  const now = Date.now()
  expect(sinceTime('7d')).toBeLessThanOrEqual(now - 7 * 86_400_000 + 1_000)
  expect(sinceTime('2026-11-01')).toBe(Date.parse('2026-11-01'))
  for (const wrong of ['', '7', 'yesterday', '7 d', '-1d']) expect(() => sinceTime(wrong)).toThrow('It must be a period')
})

test('the command line traces, exports and verifies a run that the server has never heard of', async () => {
  const text = await loopwright('trace', 'continued')
  expect(text.out).toContain('the run continued as new (execution 4)')
  expect(text).toMatchObject({ code: 0, out: expect.stringContaining('accepted: Attempt 1 was accepted.') })
  const exported = await loopwright('trace', 'continued-as-new', '--jsonl', 'out.jsonl')
  expect(exported).toMatchObject({ code: 0, out: 'out.jsonl\nNext: loopwright verify out.jsonl\n' })
  const verified = await loopwright('verify', 'out.jsonl')
  expect(verified).toMatchObject({
    code: 0,
    out: expect.stringMatching(/lines hold.*\nunsigned: this shows integrity since the export only/),
  })
  const forged = readFileSync(join(folder, 'out.jsonl'), 'utf8').replace('"answer":"done"', '"answer":"gone"')
  writeFileSync(join(folder, 'forged.jsonl'), forged)
  expect(await loopwright('verify', 'forged.jsonl')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^line \d+ does not hold: it was changed/),
  })
  expect(await loopwright('verify', 'none.jsonl')).toMatchObject({ code: 1, all: expect.stringContaining('none.jsonl cannot be read') })
})

test('the command line writes a page, prints costs, and says that no server answers where only it could know', async () => {
  const page = await loopwright('trace', 'stopped', '--html', ...nowhere)
  expect(page.out).toBe('.loopwright/traces/stopped-without-progress.html\nNext: open it in a browser\n')
  expect(readFileSync(join(folder, '.loopwright/traces/stopped-without-progress.html'), 'utf8')).toContain('stopped (stalls)')
  const costs = await openKept({ artifacts }).costs({ since: 0, by: 'model' })
  expect(costLines(costs).join('\n')).toMatch(/^model .*\nopenai\/scripted +3 +2 /)
  expect(JSON.parse((await loopwright('costs', '--since', '2020-01-01', '--json', ...nowhere)).out)).toMatchObject({
    kind: 'costs',
    total: { runs: 4 },
  })
  expect(await loopwright('trace', 'nobody', ...nowhere)).toMatchObject({
    code: 1,
    all: expect.stringContaining('no Temporal server answers'),
  })
})
