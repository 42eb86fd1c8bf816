import { type FaultyProgram } from './program.ts'

const mostTokens = 12
/** What the languages themselves provide, as far as small programs use it. */
const provided = new Set(
  'if else while for in of return break continue pass and or not is None True False true false null undefined const let new await yield from lambda range len abs int str float list set dict tuple sum min max sorted reversed any all enumerate zip map filter isinstance bool round append extend pop add remove insert copy sort reverse lower upper strip split join keys values items get self Math floor ceil trunc sqrt pow String Number parseInt Array Infinity length push slice toString toLowerCase toUpperCase trim charCodeAt charAt indexOf includes has delete this'.split(
    ' ',
  ),
)

/**
 * Whether one small edit can mend a fault, by a rule that knows nothing of the repairer: what must be put in is at most 12 tokens, and each name, text and
 * number among them occurs in the faulty program or its shown tests, is a number up to 10, or is of the language.
 */
export function isMendable({ file, files, right }: FaultyProgram): boolean {
  const [faulty, whole] = [tokens(files[file] ?? ''), tokens(right)]
  let [start, end] = [0, 0]
  while (start < whole.length && faulty[start] === whole[start]) start += 1
  while (end < Math.min(whole.length, faulty.length) - start && faulty.at(-1 - end) === whole.at(-1 - end)) end += 1
  const put = whole.slice(start, whole.length - end)
  const seen = new Set(Object.values(files).flatMap(tokens))
  return (
    put.length <= mostTokens && put.every((token) => !/^[\w$'"`]/.test(token) || seen.has(token) || provided.has(token) || isSmall(token))
  )
}

const isSmall = (token: string) => /^\d+$/.test(token) && Number(token) <= 10

/** Comments don't count; what a text says does. */
function tokens(source: string): string[] {
  const found = source.match(
    /"""[\s\S]*?"""|\/\*[\s\S]*?\*\/|\/\/ [^\n]*|#[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`|[\w$.]*\d[\w.]*|[\w$]+|=>|[<>=!+\-*/%&|^?]+|[^\s\w]/g,
  )
  return (found ?? []).filter((token) => !/^(#|\/\/ |\/\*|""")/.test(token))
}
