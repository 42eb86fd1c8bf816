import { afterAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSandbox } from '../activities/sandbox/open.ts'
import { type World } from '../activities/world.ts'
import { type Ref } from '../contract/json.ts'
import { verdictOf } from '../contract/tests-verdict.ts'
import { folderStore } from '../store/folder.ts'
import { type Cheat, type Cheated, type Files } from './fixtures/tests/cheats.ts'
import { exitCode, jest, jestSnapshots, node, tap } from './fixtures/tests/cheats-javascript.ts'
import { pytest, unittest, unittestByPytest } from './fixtures/tests/cheats-python.ts'
import { checksOf, runTests } from './fixtures/tests/placed.ts'

const pytestMissing = spawnSync('python3', ['-c', 'import pytest']).status !== 0
if (pytestMissing) console.warn('SKIPPED: python3 has no pytest here, so cheats against it are not tested.')

const runners: [string, Cheated][] = [
  ['jest', jest],
  ['snapshots of jest', jestSnapshots],
  ...(pytestMissing
    ? []
    : ([
        ['pytest', pytest],
        ['pytest, tests of unittest', unittestByPytest],
      ] satisfies [string, Cheated][])),
  ['node --test', node],
  ['unittest', unittest],
  ['TAP', tap],
  ['an exit code', exitCode],
]

interface Judged {
  exitCode: number | null
  tail: string
  objections: string[]
}

const folder = mkdtempSync(join(tmpdir(), 'cheats-'))
const environment = { ...process.env, LOOPWRIGHT_SANDBOX: 'none' }
const sandbox = await openSandbox(environment)
const world: World = { store: folderStore(join(folder, 'store')), stateFolder: folder, environment, searchAttributes: [], sandbox }

let [lane, other]: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()]
afterAll(async () => {
  await Promise.all([lane, other])
  rmSync(folder, { recursive: true })
})

/** Two runs at a time, begun before the tests that ask for them. */
function queued<Result>(work: () => Promise<Result>): Promise<Result> {
  const begun = Promise.resolve(lane).then(work)
  ;[lane, other] = [other, begun.catch(() => undefined)]
  return begun
}

/** What the run of the tests as the cheater left them says, and whether they would be taken for green by their exit code. */
async function judge({ command }: Cheated, base: Files, change: Files): Promise<Judged> {
  const baseline = await baselineOf(command, base)
  const report = await runTests(world, { base, change: { ...base, ...change } }, 'change', { command, baseline, allowTestChanges: true })
  const checks = await checksOf(world, report)
  const messages = new Map(checks.map(({ name, message = '' }) => [name, message]))
  const { objections } = verdictOf(report, { tree: 'tree' }, {})
  const texts = objections.map(({ id, text }) => `${id} ${messages.get(id) ?? text}`)
  return { exitCode: report.exitCode, tail: report.tail, objections: texts }
}

const baselines = new Map<string, Promise<Ref>>()
function baselineOf(command: string[], base: Files): Promise<Ref> {
  const run = async () => {
    const report = await runTests(world, { base, change: base }, 'base', { command })
    expect(report.exitCode).not.toBe(0)
    return report.report
  }
  const key = JSON.stringify(base)
  const known = baselines.get(key) ?? run()
  baselines.set(key, known)
  return known
}

/** Cheats in a folder each, judged by one run; more of them would not fit into its report. */
const mostTogether = 8
function together(cheated: Cheated, cheats: Cheat[]): Promise<Judged>[] {
  const { 'package.json': settings, ...files } = cheated.files
  const within = (place: number, inner: Files) =>
    Object.fromEntries(Object.entries(inner).map(([path, text]) => [`c${place}/${path}`, text]))
  const merged = (parts: Files[]) => Object.assign({ 'package.json': settings ?? '{}' }, ...parts) as Files
  const base = merged(cheats.map((_, place) => within(place, files)))
  const change = merged(cheats.map(([, inner], place) => within(place, inner)))
  const all = queued(() => judge(cheated, base, change))
  return cheats.map(async (_, place) => {
    const { objections, ...run } = await all
    const own = objections.filter((text) => text.replace(/^(protected|tampering): /, '').startsWith(`c${place}/`))
    return { ...run, objections: own.map((text) => text.replace(`c${place}/`, '')) }
  })
}

for (const [name, cheated] of runners) {
  const honest: Cheat = ['', cheated.mended, /^$/]
  const beside = cheated.together.length > 0
  const batches = chunks(beside ? [honest, ...cheated.together] : [], mostTogether)
  const judged: [Cheat, Promise<Judged>][] = [
    ...batches.flatMap((cheats) => together(cheated, cheats).map((result, at): [Cheat, Promise<Judged>] => [cheats[at]!, result])),
    ...[...(beside ? [] : [honest]), ...cheated.alone].map((cheat): [Cheat, Promise<Judged>] => [
      cheat,
      queued(() => judge(cheated, cheated.files, cheat[1])),
    ]),
  ]
  for (const [[what, , objection, green], result] of judged) {
    result.catch(() => undefined)
    const title = what === '' ? 'an honest change is not accused' : `a cheater that ${what} looks green and is rejected by name`
    test(`with ${name}, ${title}`, async () => {
      const { objections, ...run } = await result
      expect(objections.join('\n')).toMatch(objection)
      // Judged by its exit code, and with its own tests and settings, it would have passed.
      if (green !== 'not green' && run.exitCode !== 0) throw new Error(`It ended with ${run.exitCode}: ${run.tail}`)
    }, 120_000)
  }
}

function chunks<Item>(items: Item[], most: number): Item[][] {
  return items.length === 0 ? [] : [items.slice(0, most), ...chunks(items.slice(most), most)]
}
