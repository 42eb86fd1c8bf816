import { type Task, type Way } from './task.ts'

/** What became of one try. */
export interface Try {
  accepted: boolean
  /** Accepted, and right by the truth that only the bench knows. */
  right: boolean
  calls: number
  tokens: number
}

/** The tries of one task in one way. */
export interface Cell {
  tries: number
  right: number
  /** Accepted and not right: nobody has noticed. */
  unnoticed: number
  /** Stopped, and said so. */
  stopped: number
  calls: number
  tokens: number
}

/** Counts the tries of a cell. */
export function cellOf(tries: Try[]): Cell {
  const count = (fits: (one: Try) => boolean) => tries.filter(fits).length
  const sum = (of: (one: Try) => number) => tries.reduce((total, one) => total + of(one), 0)
  return {
    tries: tries.length,
    right: count(({ right }) => right),
    unnoticed: count(({ accepted, right }) => accepted && !right),
    stopped: count(({ accepted }) => !accepted),
    calls: sum(({ calls }) => calls),
    tokens: sum(({ tokens }) => tokens),
  }
}

const head = [
  'task',
  'way',
  'tries',
  'right',
  'wrong, and nobody knows',
  'stopped, and says so',
  'calls each',
  'tokens each',
  'tokens per right one',
]
export const tableHead = `| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`

/** A cell as a line of the table. */
export function row(task: Task, way: Way, { tries, right, unnoticed, stopped, calls, tokens }: Cell): string {
  const share = (part: number) => `${((part / tries) * 100).toFixed(0)} %`
  const each = right === 0 ? '–' : (tokens / right).toFixed(0)
  const cells = [
    task.name,
    way,
    tries,
    `**${share(right)}**`,
    share(unnoticed),
    share(stopped),
    (calls / tries).toFixed(1),
    (tokens / tries).toFixed(0),
    each,
  ]
  return `| ${cells.join(' | ')} |`
}
