import { basename } from 'node:path'
import { type Graph, type RunSummary } from '../client/index.ts'
import { type Printer } from './printer.ts'
import { duration, spending } from './words.ts'

/** Runs as a table for people, each with the repository that it works on and how long ago it was started. */
export function table(runs: RunSummary[], repos: (string | undefined)[], colors: Printer['colors']): string {
  const paint = {
    running: colors.cyan,
    waiting: colors.yellow,
    paused: colors.yellow,
    done: colors.green,
    stopped: colors.magenta,
    failed: colors.red,
  }
  const rows = runs.map((summary, index) => ({
    status: status(summary),
    run: summary.run,
    repo: basename(repos[index] ?? ''),
    age: summary.startedAt === undefined ? '' : `${duration(Date.now() - summary.startedAt)} ago`,
    attempt: summary.attempt
      ? `${summary.attempt.number}/${summary.attempt.of}`
      : summary.outcome
        ? String(summary.outcome.spent.attempts)
        : '',
    spent: summary.spent ? spending(summary.spent, summary.limits) : '',
    why: summary.why,
    paint: summary.stuck ? colors.red : paint[summary.status],
  }))
  const width = (key: 'status' | 'run' | 'repo' | 'age' | 'attempt' | 'spent') => Math.max(...rows.map((row) => row[key].length))
  return rows
    .map(({ status: word, run, repo, age, attempt, spent, why, paint: color }) => {
      const cells = [run.padEnd(width('run')), repo.padEnd(width('repo')), age.padStart(width('age')), attempt.padStart(width('attempt'))]
      return [color(word.padEnd(width('status'))), ...cells, spent.padEnd(width('spent')), why].join('  ').trimEnd()
    })
    .join('\n')
}

/** One run for people; how it ended is told elsewhere. */
export function summaryLines(summary: RunSummary, input: unknown): string[] {
  const { run, attempt, objections, spent, limits, open = [], startedAt, endedAt } = summary
  const took = startedAt === undefined ? undefined : duration((endedAt ?? Date.now()) - startedAt)
  return [
    `${run}: ${status(summary)}`,
    ...(endedAt === undefined ? [`  why      ${summary.why}`] : []),
    `  input    ${JSON.stringify(input)}`,
    ...(took === undefined ? [] : [`  ${endedAt === undefined ? 'since' : 'took'}    ${took}`]),
    ...(attempt ? [`  attempt  ${attempt.number} of ${attempt.of}, ${attempt.stalls} of ${attempt.stallsLimit} stalls`] : []),
    ...(objections ? [`  left     ${objections.count}: ${objections.ids.join(', ')}`] : []),
    ...(spent && endedAt === undefined ? [`  spent    ${spending(spent, limits)}`] : []),
    ...open.map(({ text, since }) => `  now      ${text} (${duration(Date.now() - since)})`),
  ]
}

/** The steps of a run, indented as they nest. */
export function stepLines({ nodes }: Graph): string[] {
  return nodes.map(({ path, label, status: state, start, end, tries = 1 }) => {
    const took = end === undefined ? '' : ` (${duration(end - start)})`
    return `${'  '.repeat(path.split('/').length)}${label}: ${state}${took}${tries > 1 ? `, ${tries} tries` : ''}`
  })
}

function status({ status: word, stuck }: RunSummary): string {
  if (stuck) return 'stuck'
  return word === 'waiting' ? 'waiting for you' : word
}
