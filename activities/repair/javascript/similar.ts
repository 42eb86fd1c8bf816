/** How many letters must be put in, taken out or replaced to turn one word into another. */
function distance(one: string, two: string): number {
  let row = Array.from({ length: two.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= two.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (one[i - 1] === two[j - 1] ? 0 : 1)))
    row = next
  }
  return row[two.length] ?? 0
}

/** The words most like a word, itself left out, at most `count`; equally like ones keep their order. */
export function closest(word: string, words: Iterable<string>, count: number): string[] {
  return [...new Set(words)]
    .filter((other) => other !== word)
    .map((other) => ({ other, unlike: distance(word.slice(0, 40), other.slice(0, 40)) / Math.max(word.length, other.length, 1) }))
    .sort((a, b) => a.unlike - b.unlike)
    .slice(0, count)
    .map(({ other }) => other)
}
