import { isCall, isMember } from './facts.ts'
import { isFunction, type SyntaxNode, walk } from './tree.ts'

/** What the function around a place is made of, from which missing parts are taken. */
interface Ingredients {
  /** Short values with the type of their nodes. */
  expressions: Map<string, string>
  indices: string[]
  conditions: string[]
  statements: string[]
  results: string[]
}

const longest = { value: 40, statement: 70 }
const known = new WeakMap<SyntaxNode, Ingredients>()
const sources = new WeakMap<SyntaxNode, string>()
const nothing: Ingredients = { expressions: new Map(), indices: [], conditions: [], statements: [], results: [] }

/** Says which text the functions of a tree are of; asked about before, there are no ingredients. */
export function keepSource(tree: SyntaxNode, source: string): void {
  sources.set(tree, source)
}

/** What the outermost function around a place is made of. */
export function ingredientsAround(above: SyntaxNode[]): Ingredients {
  const around = above.find(isFunction)
  const source = sources.get(above[0] ?? { type: '', start: 0, end: 0 })
  if (!around || source === undefined) return nothing
  const before = known.get(around)
  if (before) return before
  const found = collected(around, source)
  known.set(around, found)
  return found
}

/** Short values of the function around a place, with the type of their nodes. */
export const expressionsAround = (above: SyntaxNode[]) => ingredientsAround(above).expressions
/** What stands between brackets in the function around a place. */
export const indicesAround = (above: SyntaxNode[]) => ingredientsAround(above).indices

function collected(around: SyntaxNode, source: string): Ingredients {
  const expressions = new Map<string, string>()
  const [indices, conditions, statements, results] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()]
  walk(around, (node, above) => {
    const text = source.slice(node.start, node.end)
    const parent = above.at(-1)
    if (node.type === 'ExpressionStatement' && text.length <= longest.statement) statements.add(text.replace(/;$/, ''))
    if (text.length > longest.value || text.includes('\n') || !parent) return
    const named = (isMember(parent) && parent['property'] === node && parent['computed'] !== true) || parent['callee'] === node
    if (isMember(parent) && parent['computed'] === true && parent['property'] === node && !/^['"]/.test(text)) indices.add(text)
    if (parent.type === 'ReturnStatement') results.add(text)
    if (/^(Binary|Unary)Expression$/.test(node.type) && /[<>=!]/.test(text)) conditions.add(text)
    else if (!named && !isFunction(parent) && (isMember(node) || isCall(node) || /^(Binary|NumericLiteral)/.test(node.type)))
      expressions.set(text, node.type)
  })
  return { expressions, indices: [...indices], conditions: [...conditions], statements: [...statements], results: [...results] }
}
