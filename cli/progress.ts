import { type Line, type OpenStage, type Status } from '../contract/messages.ts'
import { plural, spending } from './words.ts'

/** `attempt 2 of 8 · 3 tests fail: a, b, c · asking openai/x · $0.0123 of $5, 4.1k tokens` */
export function progressLine(status: Status): string {
  return [situation(status), spending(status.spent, status.limits)].join(' · ')
}

/** The progress without what it costs: what is worth a line of its own where lines stay. */
export function situation(status: Status): string {
  const { attempt, objections } = status
  return [
    ...(attempt && attempt.number > 0 ? [`attempt ${attempt.number} of ${attempt.of}`] : []),
    ...(objections && objections.count > 0 ? [objected(status.workflow, objections)] : []),
    now(status),
  ].join(' · ')
}

const shownIds = 3

function objected(workflow: string, { ids, count }: NonNullable<Status['objections']>): string {
  const what = workflow === 'testAndFix' ? `${count} ${count === 1 ? 'test fails' : 'tests fail'}` : plural(count, 'objection')
  return `${what}: ${ids.slice(0, shownIds).join(', ')}${count > shownIds ? ', …' : ''}`
}

function now({ status, why, open }: Status): string {
  if (status !== 'running') return `${status}: ${why}`
  const step = innermost(open)
  return step ? step.text : why
}

/** The newest of the deepest open steps. */
function innermost(open: OpenStage[]): OpenStage | undefined {
  const depth = ({ path }: OpenStage) => path.split('/').length
  return open.toSorted((a, b) => depth(b) - depth(a) || b.since - a.since)[0]
}

/** Tells each finished line once, over all the answers of a run. */
export function freshLines(): (lines: Line[]) => Line[] {
  const seen = new Set<string>()
  return (lines) =>
    lines.filter((line) => {
      const key = JSON.stringify([line.path, line.at, line.text])
      return !seen.has(key) && seen.add(key)
    })
}
