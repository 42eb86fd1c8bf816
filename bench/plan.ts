import { type BenchTool } from './script.ts'

/** One line of the table: loops of so many turns with one tool, so many at once, each contender so many times. */
export interface Heat {
  tool: BenchTool
  turns: number
  runs: number
  repeats: number
  /** The most that Loopwright may take, as a multiple of the plain loop's time; a goal, told and not asserted. */
  goal?: number
}

const goals = new Map([
  [10, 1.5],
  [50, 1.5],
  [200, 1.25],
])
const heat = (tool: BenchTool, turns: number, runs: number, repeats: number): Heat => {
  const goal = runs === 1 ? goals.get(turns) : undefined
  return { tool, turns, runs, repeats, ...(goal === undefined ? {} : { goal }) }
}

/** The whole bench, under 12 minutes on two quiet cores. At 500 turns the plain loop ends half-way, so once is enough; 200 runs at once show memory. */
export const whole: Heat[] = [
  heat('read', 10, 1, 7),
  heat('write', 10, 1, 7),
  heat('read', 50, 1, 5),
  heat('write', 50, 1, 5),
  heat('read', 200, 1, 3),
  heat('write', 200, 1, 3),
  heat('read', 500, 1, 1),
  heat('read', 5, 200, 2),
]

/** To see that it works, in under a minute. */
export const quick: Heat[] = [heat('read', 10, 1, 3), heat('write', 10, 1, 3), heat('read', 50, 1, 3), heat('read', 5, 20, 3)]
