import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BudgetResult } from './budget.ts'
import { type CrashRow, isGood } from './crash-table.ts'
import { type NaiveResult } from './naive.ts'
import { packageFolder } from './places.ts'
import { type RecoveryResult } from './recovery.ts'
import { type ReplayResult } from './replays.ts'
import { type StormResult } from './storm.ts'

/** One line per point and what was running; a tick is: killed there, and nothing lost or done twice. */
export function crashLines(rows: CrashRow[]): string {
  const outcome = (found: CrashRow | undefined) =>
    found === undefined
      ? ''
      : isGood(found)
        ? found.unreached.length > 0
          ? 'not passed again'
          : '✓'
        : `✗ ${[...found.unreached.map((point) => `not reached: ${point}`), ...found.problems].join('; ')}`
  const names = [...new Set(rows.map(({ point, what }) => `${point} | ${what}`))].toSorted((a, b) => a.localeCompare(b))
  const line = (name: string) => {
    const of = (attempt: string) => outcome(rows.find((row) => `${row.point} | ${row.what}` === name && row.attempt === attempt))
    return `| ${name} | ${of('first')} | ${of('second')} |`
  }
  const good = rows.filter(isGood).length
  return [
    `${new Set(rows.map(({ point }) => point)).size} points, ${rows.length} runs, ${good} as if nobody had been killed, ${rows.length - good} not.`,
    '',
    '| point | killed in | once | and the next worker again |',
    '| --- | --- | --- | --- |',
    ...names.map(line),
  ].join('\n')
}

/** The storm and its control. */
export function stormLines(storm: StormResult, control: NaiveResult, replay: ReplayResult): string {
  const { runs, effects, lost, twice, doubts, blows, problems, seconds } = storm
  return [
    '| | runs | effects | lost | twice | doubts, each asked about |',
    '| --- | --- | --- | --- | --- | --- |',
    `| Loopwright | ${runs} | ${effects} | ${lost} | ${twice} | ${doubts} |`,
    `| plain activities, default retries | | ${control.effects} | ${control.lost} | ${control.twice} | |`,
    '',
    `In ${seconds} s ${blows.killed} workers were killed and ${blows.frozen} frozen, and the server was killed ${blows.serverKilled} times.`,
    `Replays: ${replay.histories} histories, ${replay.diverged} diverged from the code that ran, a planted change was caught in ${replay.caught}.`,
    ...problems.map((problem) => `\n✗ ${problem}`),
  ].join('\n')
}

/** Seconds, as figures. */
export function recoveryLines({ spare, cold, inFlight }: RecoveryResult): string {
  const at = (list: number[], share: number) => ((list[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0) / 1_000).toFixed(1)
  const row = (name: string, goal: string, list: number[]) =>
    `| ${name} | ${list.length} | ${at(list, 0.5)} | ${at(list, 0.95)} | ${goal} |`
  return [
    '| after kill -9, until the first new step | n | p50 s | p95 s | goal, p95 |',
    '| --- | --- | --- | --- | --- |',
    row('a spare worker, no step in flight', '5', spare),
    row('the only worker started anew, no step in flight', '8', cold),
    row('a spare worker, a step in flight', '9: its heartbeat timeout of 4, and 5', inFlight),
  ].join('\n')
}

/** The cap and who counted what. */
export function budgetLines({ cap, charged, recorded, requests, mostAtOnce, killed }: BudgetResult): string {
  return `Cap ${cap} tokens, up to ${mostAtOnce} calls at once, ${killed} workers killed: the provider charged ${charged} in ${requests} requests, the run recorded ${recorded}. Overshoot ${Math.max(0, charged - cap)}.`
}

/** Puts a part of docs/reliability.md between its marks. */
export function write(part: string, text: string): void {
  const file = join(packageFolder, 'docs', 'reliability.md')
  const [begin, end] = [`<!-- ${part} -->`, `<!-- end of ${part} -->`]
  const page = readFileSync(file, 'utf8')
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no place for ${part}.`)
  writeFileSync(file, `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`)
}
