import { type Lap } from './lap.ts'
import { type Heat } from './plan.ts'

/** A heat with what both took, lap by lap. */
export interface HeatResult {
  heat: Heat
  loopwright: Lap[]
  plain: Lap[]
}

const head = [
  ['turns × runs', 'tool', 'time: ratio (spread)', 'goal', 'ms per turn', 'worker CPU ms per turn', 'server CPU ms per turn'],
  ['events per turn', 'bytes per turn', 'worker peak MB', 'ended'],
].flat()

/** The results as a Markdown table; in each cell Loopwright first, then plain Temporal. */
export function table(results: HeatResult[]): string {
  const rows = results.map((result) => row(result).join(' | '))
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows.map((cells) => `| ${cells} |`)].join('\n')
}

function row({ heat, loopwright, plain }: HeatResult): string[] {
  const both = (of: (lap: Lap) => number, digits = 0) =>
    `${median(loopwright.map(of)).toFixed(digits)} / ${median(plain.map(of)).toFixed(digits)}`
  // Lap by lap, so that both had the same neighbours on the machine.
  const ratios = loopwright.map((lap, index) => perTurn(lap) / perTurn(plain[index]!))
  const [least, middle, most] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2))
  return [
    `${heat.turns} × ${heat.runs}`,
    heat.tool,
    `**${middle}** (${least} – ${most})`,
    heat.goal === undefined ? '' : `≤ ${heat.goal}`,
    both(perTurn),
    both(({ workerProcessor, turns }) => workerProcessor / turns, 1),
    both(({ serverProcessor, turns }) => serverProcessor / turns, 1),
    both(({ events, turns }) => events / turns, 1),
    both(({ bytes, turns }) => bytes / turns),
    both(({ megabytes }) => megabytes),
    `${ending(loopwright, heat)} / ${ending(plain, heat)}`,
  ]
}

function ending(laps: Lap[], { turns, runs }: Heat): string {
  const failed = laps.find(({ problem }) => problem)
  if (failed) return `**failed in turn ${failed.turns + 1}**: ${failed.problem}`
  const executions = median(laps.map((lap) => lap.executions)) / runs
  return executions > 1 ? `${turns} turns in ${executions} executions` : 'yes'
}

const perTurn = ({ milliseconds, turns }: Lap) => milliseconds / turns

/** The middle one, by size. */
export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
