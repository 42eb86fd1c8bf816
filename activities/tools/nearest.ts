const mostComparisons = 200_000
/** Below this likeness (of 1) a place is not worth showing. */
const leastLikeness = 0.4

/** The line, counted from 0, at which some lines are most like those sought; undefined when nothing is alike. */
export function nearest(lines: string[], sought: string[]): number | undefined {
  const wanted = sought.map((line) => line.trim()).filter(Boolean)
  const head = wanted.slice(0, Math.max(1, Math.floor(mostComparisons / Math.max(lines.length, 1))))
  if (head.length === 0) return undefined
  let best = { at: -1, likeness: leastLikeness * head.length }
  for (let at = 0; at < Math.min(lines.length, mostComparisons); at += 1) {
    const total = head.reduce((sum, line, index) => sum + likeness((lines[at + index] ?? '').trim(), line), 0)
    if (total > best.likeness) best = { at, likeness: total }
  }
  return best.at < 0 ? undefined : best.at
}

/** Shared pairs of neighbouring characters, as a share of all (Dice). */
function likeness(a: string, b: string): number {
  if (a === b) return 1
  const pairs = (text: string) =>
    new Set(Array.from({ length: Math.max(Math.min(text.length, 200) - 1, 0) }, (_, at) => text.slice(at, at + 2)))
  const [left, right] = [pairs(a), pairs(b)]
  if (left.size + right.size === 0) return 0
  return (2 * [...left].filter((pair) => right.has(pair)).length) / (left.size + right.size)
}
