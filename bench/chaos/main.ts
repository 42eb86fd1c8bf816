import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { endingAlso } from '../interrupted.ts'
import { budget } from './budget.ts'
import { crashTable, isGood } from './crash-table.ts'
import { openGround } from './ground.ts'
import { naive } from './naive.ts'
import { packageFolder } from './places.ts'
import { recovery } from './recovery.ts'
import { replays } from './replays.ts'
import { budgetLines, crashLines, recoveryLines, stormLines, write } from './report.ts'
import { storm } from './storm.ts'
import { endWorkerProcesses } from './worker-process.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    /** Runs with effects in the storm; half as many repairs come on top. */
    runs: { type: 'string', default: '25' },
    /** `crash`, `storm`, `recovery` or `budget`; a prefix of crash points as `crash:step.`. */
    only: { type: 'string', default: '' },
    times: { type: 'string', default: '20' },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [part, points = ''] = values.only.split(':')
const wanted = (name: string) => part === '' || part === name
const seed = Number(values.seed)
const runs = Number(values.runs)
const say = (line: string) => process.stderr.write(`${line}\n`)
const commit = execFileSync('git', ['-C', packageFolder, 'rev-parse', '--short=10', 'HEAD']).toString().trim()
const failures: string[] = []
const figures: Record<string, unknown> = { seed, commit }

function report(name: string, figure: unknown, text: string): void {
  figures[name] = figure
  // A figure without the machine's own business says little.
  const about = `Seed ${seed}, commit ${commit}, ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}.`
  if (!values.json) process.stdout.write(`\n${name}: ${about}\n${text}\n`)
  if (values.write) write(name, `${about}\n\n${text}`)
}

// Every server that is started again waits for the end of this process.
process.setMaxListeners(0)
const opening = openGround()
await endingAlso(chaos, async () => {
  const ground = await opening
  endWorkerProcesses()
  await ground.close()
})

if (values.json) process.stdout.write(`${JSON.stringify({ ...figures, failures })}\n`)
for (const failure of failures) say(`✗ ${failure}`)
process.exitCode = failures.length > 0 ? 1 : 0

async function chaos(): Promise<void> {
  const ground = await opening
  if (wanted('crash')) {
    const rows = await crashTable(
      ground,
      (row) => say(`${isGood(row) ? '✓' : '✗'} ${row.point} ${row.what} ${row.attempt} ${row.milliseconds} ms`),
      points,
    )
    report('crash', rows, crashLines(rows))
    failures.push(
      ...rows.filter((row) => !isGood(row)).map(({ point, what, attempt }) => `crash point ${point} in ${what}, ${attempt} attempt`),
    )
  }
  if (wanted('storm')) {
    const size = { seed, effectRuns: runs, effectsPerRun: 12, repairRuns: Math.ceil(runs / 2), workers: 4, minutes: 30, onEnd: say }
    const result = await storm(ground, size)
    say(`storm: ${JSON.stringify(result)}`)
    const control = await naive(ground, { seed, runs: Math.ceil(runs / 3), effectsPerRun: 12, workers: 3, minutes: 15 })
    const replay = await replays(ground, result.workflowIds)
    report('storm', { result, control, replay }, stormLines(result, control, replay))
    failures.push(...result.problems)
    if (result.lost + result.twice > 0) failures.push(`${result.lost} effects lost, ${result.twice} done twice`)
    if (control.twice === 0) failures.push('The control made no duplicates: the chaos was too weak to show anything.')
    if (replay.diverged > 0 || replay.caught < replay.histories) failures.push('replays: see above')
  }
  if (wanted('budget')) {
    const result = await budget(ground, seed)
    report('budget', result, budgetLines(result))
    if (result.charged > result.cap) failures.push(`the cap was overshot by ${result.charged - result.cap} tokens`)
  }
  if (wanted('recovery')) {
    const result = await recovery(ground, Number(values.times))
    report('recovery', result, recoveryLines(result))
  }
}
