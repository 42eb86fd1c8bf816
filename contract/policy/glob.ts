/** Whether a text is like a pattern in which `*` stands for any characters, none included. Linear but for the stars: nothing can make it stall. */
export function isLike(pattern: string, text: string): boolean {
  let at = 0
  let star = -1
  let from = 0
  let next = 0
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next++
      from = at
    } else if (pattern[next] === text[at]) {
      next++
      at++
    } else if (star >= 0) {
      next = star + 1
      at = ++from
    } else return false
  }
  while (pattern[next] === '*') next++
  return next === pattern.length
}

/** Whether the parts of something fit a list of patterns, in which `**` stands for any number of parts, none included. */
export function areLike(patterns: string[], parts: string[]): boolean {
  return furthest(patterns, parts).has(patterns.length)
}

/** Whether parts fit a list of patterns, or could be the beginning of parts that do. */
export function couldBegin(patterns: string[], parts: string[]): boolean {
  return furthest(patterns, parts).size > 0
}

/** How many patterns the parts may have used up, each way there is. */
function furthest(patterns: string[], parts: string[]): Set<number> {
  let places = closed(new Set([0]), patterns)
  for (const part of parts) {
    const after = new Set<number>()
    for (const place of places) {
      const pattern = patterns[place]
      if (pattern === '**') after.add(place)
      else if (pattern !== undefined && isLike(pattern, part)) after.add(place + 1)
    }
    places = closed(after, patterns)
  }
  return places
}

/** A `**` may stand for nothing. */
function closed(places: Set<number>, patterns: string[]): Set<number> {
  for (const place of places) if (patterns[place] === '**') places.add(place + 1)
  return places
}

/** A path glob as its patterns; `src/**` holds `src` itself, too. */
export const segments = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.')
