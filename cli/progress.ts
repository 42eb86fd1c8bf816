import { type Line, type OpenStage, type Status } from '../contract/messages.ts'
import { plural, spending } from './words.ts'

/**
 * `attempt 2 of 8 · 3 tests fail: a, b, c · asking openai/x · $0.0123 of $5, 4.1k tokens`
 * Where the width is limited, names of tests go first.
 */
export function progressLine(status: Status, width = Infinity, doing = ''): string {
  const lines = [3, 2, 1, 0].map((names) => [situation(status, names), spending(status.spent, status.limits)].join(' · '))
  const line = lines.find((candidate) => candidate.length <= width) ?? lines.at(-1) ?? ''
  const room = Math.min(width, 200) - line.length - 3
  return doing !== '' && room > 20 ? `${line} · ${doing.slice(0, room)}` : line
}

/** The progress without what it costs: what is worth a line of its own where lines stay. */
export function situation(status: Status, names = 3): string {
  const { attempt, objections } = status
  return [
    ...(attempt && attempt.number > 0 ? [`attempt ${attempt.number} of ${attempt.of}`] : []),
    ...(objections && objections.count > 0 ? [objected(status.workflow, objections, names)] : []),
    now(status),
  ].join(' · ')
}

function objected(workflow: string, { ids, count }: NonNullable<Status['objections']>, names: number): string {
  if (ids[0] === 'person') return 'a person did not agree'
  const what = workflow === 'testAndFix' ? `${count} ${count === 1 ? 'test fails' : 'tests fail'}` : plural(count, 'objection')
  if (names === 0) return what
  return `${what}: ${ids.slice(0, names).map(shortName).join(', ')}${count > names ? ', …' : ''}`
}

const longestName = 40

/** The title of a test without its file and groups. */
function shortName(id: string): string {
  const title = id.split(' > ').at(-1) ?? id
  return title.length > longestName ? `${title.slice(0, longestName - 1)}…` : title
}

function now({ status, why, open }: Status): string {
  if (status !== 'running') return `${status}: ${why}`
  return innermost(open)?.text.trim() || why
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
