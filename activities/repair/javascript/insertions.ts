import { ingredientsAround } from './ingredients.ts'
import { operand, type Operator, type Place, type Proposal, replace, textOf } from './place.ts'
import { namesInScope } from './scope.ts'
import { child, isFunction, list, type SyntaxNode, walk, word } from './tree.ts'

type Weighted = [text: string, weight: number]

const most = 8
const known = new WeakMap<SyntaxNode, Weighted[]>()

/** Statements that may be missing before a statement, behind the last one of a block, or where a `;` stands alone. */
export const insertions: Operator = (place) => {
  const { node, parent, above } = place
  const block = parent?.type === 'BlockStatement' ? list(parent, 'body') : []
  const around = above.find(isFunction)
  if (!block.includes(node) || !around || node.type === 'FunctionDeclaration') return []
  const texts = [...templates(place, around), ...jumps(place), ...results(place, block)]
  if (node.type === 'EmptyStatement') return texts.map(([text, weight]) => replace(node, `${text};`, 'missing statement', weight + 0.2))
  const ends = node === block.at(-1) && !/^(Return|Throw|Break|Continue)/.test(node.type)
  return texts.flatMap(([text, weight]) => [
    ...(/^(break|continue|return)/.test(text) ? [] : [put(node.start, `${text};\n`, weight)]),
    ...(ends ? [put(node.end, `;\n${text};`, weight)] : []),
  ])
}

const put = (at: number, text: string, weight: number): Proposal => ({ start: at, end: at, text, operator: 'missing statement', weight })

function jumps({ above }: Place): Weighted[] {
  const inside = above.slice(above.findLastIndex(isFunction) + 1)
  return inside.some(({ type }) => /^(For|While|DoWhile)/.test(type))
    ? [
        ['break', 0.2],
        ['continue', 0.2],
      ]
    : []
}

function results({ above, hints }: Place, block: SyntaxNode[]): Weighted[] {
  if (block.some(({ type }) => /^(Return|Throw)/.test(type))) return []
  return [...namesInScope(above).local].slice(0, most).map((name): Weighted => [`return ${name}`, hints.nothingReturned ? 0.2 : 0.1])
}

/** Calls, steps, assignments and checks of the kinds that a function has already. */
function templates(place: Place, around: SyntaxNode): Weighted[] {
  const before = known.get(around)
  if (before) return before
  const names = [...namesInScope([...place.above]).local].slice(0, most + 2)
  const found = new Map<string, number>()
  const add = (text: string, weight: number) => found.set(text, Math.max(weight, found.get(text) ?? 0))
  for (const text of ingredientsAround(place.above).statements) add(text, 0.12)
  walk(around, (node) => {
    for (const [text, weight] of [...changed(place, node, names), ...called(place, node, names)]) add(text, weight)
  })
  for (const [text, weight] of checks(place, around)) add(text, weight)
  known.set(around, [...found])
  return [...found]
}

/** Steps of what counts, and assignments between names. */
function changed(place: Place, node: SyntaxNode, names: string[]): Weighted[] {
  const others = (name: string) => names.filter((other) => other !== name)
  if (node.type === 'VariableDeclarator' && child(node, 'init')) {
    const name = word(child(node, 'id'), 'name')
    if (name === '') return []
    const counts = child(node, 'init')?.type === 'NumericLiteral'
    const steps: Weighted[] = counts ? [[`${name}++`, 0.2], [`${name}--`, 0.17], ...others(name).map((one): Weighted => [`${name} += ${one}`, 0.1])] : [] // prettier-ignore
    return [...steps, ...others(name).map((other): Weighted => [`${name} = ${other}`, 0.1])]
  }
  if (node.type !== 'WhileStatement') return []
  const found: Weighted[] = []
  const test = child(node, 'test')
  if (test)
    walk(test, (one) => {
      const name = word(one, 'name')
      if (one.type === 'Identifier' && names.includes(name))
        found.push([`${name}++`, 0.2], [`${name}--`, 0.2], [`${name} = Math.floor(${name} / 2)`, 0.12], [`${name} = Math.floor(${name} / 10)`, 0.12]) // prettier-ignore
    })
  return found
}

/** `a.push(b)` where something is put into `a` or looked up in it. */
function called(place: Place, node: SyntaxNode, names: string[]): Weighted[] {
  const name = word(child(node, 'id'), 'name')
  const start = node.type === 'VariableDeclarator' ? child(node, 'init') : undefined
  if (name === '' || !start) return []
  const set = start.type === 'NewExpression' && textOf(place, start).startsWith('new Set')
  if (start.type !== 'ArrayExpression' && !set) return []
  return names.filter((other) => other !== name).map((other) => [`${name}.${set ? 'add' : 'push'}(${other})`, 0.15])
}

/** `if (a) return b` and `if (a) throw b`, of conditions and results that the function has or its parameters suggest. */
function checks(place: Place, around: SyntaxNode): Weighted[] {
  const { above, hints } = place
  const parameters = list(around, 'params').map((one) => word(one.type === 'AssignmentPattern' ? child(one, 'left') : one, 'name'))
  const { conditions, results: returned } = ingredientsAround(above)
  const suggested = parameters
    .filter((name) => name !== '')
    .flatMap((name) => [`!${name}`, `${name} < 0`, `${name} <= 0`, `${name} === 0`, `${name}.length <= 1`])
  const shown = hints.literals.filter((literal) => /^(true|false|null|\[\]|-?\d+|'.*'|".*")$/.test(literal)).slice(0, 6)
  const likely = new Set([...returned, ...shown])
  const values = [...likely, 'null', '0', '[]', 'false'].slice(0, 10)
  const thrown = /did not throw|Missing expected (exception|rejection)|toThrow/.test(hints.text) ? throwsOf(place) : []
  return [...suggested, ...conditions.slice(0, 8)].flatMap((condition): Weighted[] => [
    ...values.map((value): Weighted => [`if (${condition}) return ${value}`, likely.has(value) ? 0.11 : 0.06]),
    ...thrown.map((error): Weighted => [`if (${condition}) ${error}`, 0.35]),
  ])
}

function throwsOf({ above, source }: Place): string[] {
  const found = new Set<string>()
  const tree = above[0]
  if (tree)
    walk(tree, (node) => {
      if (node.type === 'ThrowStatement') found.add(source.slice(node.start, node.end).replace(/;$/, ''))
    })
  return [...found, 'throw new Error()', 'throw new TypeError()'].slice(0, 4)
}

/** A condition with one more part, or another one of the function in its place. */
export const moreConditions: Operator = (place) => {
  const { node, above } = place
  if (!/^(If|While|DoWhile|For)Statement$|^ConditionalExpression$|^ReturnStatement$/.test(node.type)) return []
  const test = child(node, node.type === 'ReturnStatement' ? 'argument' : 'test')
  if (!test || (node.type === 'ReturnStatement' && !/^(Logical|Binary|Unary)Expression$/.test(test.type))) return []
  const text = test.type === 'LogicalExpression' ? `(${textOf(place, test)})` : textOf(place, test)
  const names = [...namesInScope(above).local].slice(0, most)
  const suggested = names.flatMap((name) => [`!${name}`, name, `${name} === 0`, `${name} < 0`, `${name}.length === 0`])
  const { conditions } = ingredientsAround(above)
  const parts: Weighted[] = [
    ...conditions.slice(0, 12).map((part): Weighted => [part, 0.16]),
    ...suggested.map((part): Weighted => [part, 0.11]),
  ]
  return parts
    .filter(([part]) => part !== textOf(place, test))
    .flatMap(([part, weight]) => [
      ...['&&', '||'].map((token) => replace(test, `${text} ${token} ${operandOf(part)}`, 'missing condition', weight)),
      replace(test, `${operandOf(part)} || ${text}`, 'missing condition', weight - 0.02),
      replace(test, `${operandOf(part)} && ${text}`, 'missing condition', weight - 0.02),
      replace(test, part, 'other condition', operand(place, test) === 'true' ? 0.3 : weight - 0.04),
    ])
}

const operandOf = (text: string) => (/&&|\|\||\?/.test(text) ? `(${text})` : text)
