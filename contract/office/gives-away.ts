/** So many tokens of a line of the answer, one after the other, are too many for a hint; a shorter line counts whole. */
const telling = { most: 6, fewest: 4 }

/** A rule: says what a hint hands over of an answer, which is words of code that stand in both one after the other, and not in what the learner has already. */
export function givenAway(hint: string, answer: string, starter: string): string | undefined {
  const said = ` ${tokensOf(hint).join(' ')} `
  const known = ` ${tokensOf(starter).join(' ')} `
  const found = answer
    .split('\n')
    .filter((line) => !/^\s*(\/\/|#)/.test(line))
    .flatMap((line) => runsOf(tokensOf(line.replace(/[\s;{}:]+$/, ''))))
    .find((run) => said.includes(` ${run} `) && !known.includes(` ${run} `))
  return found && `It gives the solution away: ${found}`
}

function runsOf(tokens: string[]): string[] {
  const length = Math.min(telling.most, tokens.length)
  if (length < telling.fewest) return []
  return tokens.slice(0, tokens.length - length + 1).map((_, from) => tokens.slice(from, from + length).join(' '))
}

function tokensOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []
}
