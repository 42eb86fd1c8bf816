const constant = /^(?:export\s+)?(?:const|let|var)\s+(\w+)|^(\w+)\s*(?::[^=]+)?=[^=]/
const inheritance = 0.95

/** Scores for the lines of constants that are set while a file is loaded: each inherits from the lines that use it, since its fault shows there. */
export function inheritedScores(scores: Map<string, number>, sources: Map<string, string>): Map<string, number> {
  const best = new Map<string, number>()
  for (const [file, source] of sources)
    source.split('\n').forEach((text, index) => {
      const score = scores.get(`${file}:${index + 1}`)
      if (score === undefined || constant.test(text)) return
      for (const [name] of text.matchAll(/[A-Za-z_]\w*/g)) best.set(name, Math.max(score, best.get(name) ?? 0))
    })
  const found = new Map<string, number>()
  for (const [file, source] of sources) {
    let name: string | undefined
    source.split('\n').forEach((text, index) => {
      const match = constant.exec(text)
      // A constant goes on as long as its lines are indented or close it.
      if (match) name = /=>|\bfunction\b|\bclass\b/.test(text) ? undefined : (match[1] ?? match[2])
      else if (!/^(\s+\S|[)\]}])/.test(text)) name = undefined
      const score = name === undefined ? undefined : best.get(name)
      if (score !== undefined) found.set(`${file}:${index + 1}`, score * inheritance)
    })
  }
  return found
}
