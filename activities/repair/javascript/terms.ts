import { isCall, isMember } from './facts.ts'
import { expressionsAround, indicesAround } from './ingredients.ts'
import { operand, type Operator, type Place, type Proposal, replace, textOf } from './place.ts'
import { namesInScope } from './scope.ts'
import { closest } from './similar.ts'
import { child, isFunction, list, type SyntaxNode } from './tree.ts'

const values = /^(Identifier|NumericLiteral|BinaryExpression|(Optional)?(Member|Call)Expression)$/
const holders =
  /^(Binary|Logical|Assignment|Conditional|Array|Unary)Expression$|^(Return|If|While|ForOf)Statement$|^(Optional)?(Member|Call)Expression$|^(New|Yield|Await)Expression$|^VariableDeclarator$|^ArrowFunctionExpression$|^SpreadElement$/
const most = 10
const steps: [string, number][] = [
  ['- 1', 0.2],
  ['+ 1', 0.2],
  ['* 2', 0.08],
  ['/ 2', 0.08],
  ['** 2', 0.07],
]
const joined: [string, number][] = [
  ['-', 0.14],
  ['+', 0.14],
  ['*', 0.11],
  ['%', 0.08],
  ['/', 0.07],
]
const conversions = ['Math.floor', 'Math.abs', 'Math.round', 'Math.ceil', 'Math.sqrt', 'String', 'Number', 'parseInt', 'Math.trunc']
const methods = [
  '.length',
  '.toLowerCase()',
  '.toUpperCase()',
  '.trim()',
  '.slice()',
  '.toString()',
  ".split('')",
  ".join('')",
  '.reverse()',
]

/** What may be missing around a value or stand in its place: an operation, a call, an index, another expression of the function. */
export const terms: Operator = (place) => {
  const { node, parent, above } = place
  if (!parent || !values.test(node.type) || !holders.test(parent.type) || !above.some(isFunction) || !isRead(node, parent)) return []
  const literal = node.type === 'NumericLiteral'
  return [...operations(place, parent), ...others(place), ...(literal ? [] : [...wrapped(place, parent), ...indexed(place)])]
}

/** Whether a node is a value that is read: no name of a member, no target, no function that is called. */
export function isRead(node: SyntaxNode, parent: SyntaxNode): boolean {
  if (isMember(parent)) return parent['computed'] === true && parent['property'] === node
  if (parent.type === 'VariableDeclarator') return parent['init'] === node
  if (parent.type === 'AssignmentExpression') return parent['right'] === node
  if (parent.type === 'ForOfStatement') return parent['right'] === node
  if (parent.type === 'ArrowFunctionExpression') return parent['body'] === node
  return parent['callee'] !== node
}

/** `a` to `a + 1`, `a * b` or `b - a`. */
function operations(place: Place, parent: SyntaxNode): Proposal[] {
  const { node, above } = place
  const text = operand(place, node)
  const around = (other: string) => (/^(Binary|Logical|Unary|Await)Expression$/.test(parent.type) ? `(${other})` : other)
  const stepped = node.type === 'NumericLiteral' ? [] : steps.map(([step, weight]) => [`${text} ${step}`, weight] as const)
  const names = closest(text, namesInScope(above).local, most)
  const combined = names.flatMap((other) => [
    ...joined.map(([token, weight]) => [`${text} ${token} ${other}`, weight] as const),
    [`${other} - ${text}`, 0.1] as const,
    [`${other} + ${text}`, 0.07] as const,
    [`${other} / ${text}`, 0.05] as const,
  ])
  return [...stepped, ...combined].map(([other, weight]) => replace(node, around(other), 'missing term', weight))
}

/** Any other short expression of the function, those of the same kind first. */
function others({ node, above }: Place): Proposal[] {
  const names = node.type === 'NumericLiteral' ? [...namesInScope(above).local].slice(0, most) : []
  const weight = (type: string) => (type !== node.type ? 0.13 : type === 'Identifier' ? 0.24 : 0.17)
  return [
    ...[...expressionsAround(above)].map(([other, type]) => replace(node, other, 'other expression', weight(type))),
    ...names.map((other) => replace(node, other, 'other expression', 0.2)),
  ]
}

function wrapped(place: Place, parent: SyntaxNode): Proposal[] {
  const { node, facts, above } = place
  const text = textOf(place, node)
  const own = isCall(parent) ? textOf(place, child(parent, 'callee') ?? parent) : ''
  const project = [...facts.parameters].filter(([, count]) => count === 1).map(([name]) => name)
  const calls = [...conversions, ...[...namesInScope(above).functions].filter((name) => project.includes(name))].filter(
    (name) => name !== own,
  )
  const bounds = /^(Return|Variable|Assignment|Call)/.test(parent.type) ? ['0', ...[...namesInScope(above).local].slice(0, 8)] : []
  return [
    ...calls.map((name) => replace(node, `${name}(${text})`, 'missing call', name === 'Math.floor' ? 0.22 : 0.1)),
    ...methods.map((method) => replace(node, `${operand(place, node)}${method}`, 'missing call', method === '.length' ? 0.14 : 0.08)),
    ...bounds.flatMap((bound) => ['max', 'min'].map((name) => replace(node, `Math.${name}(${bound}, ${text})`, 'missing comparison', 0.1))),
  ]
}

/** `a` to `a[i]`, with what else is an index here. */
function indexed(place: Place): Proposal[] {
  const { node, above } = place
  if (node.type !== 'Identifier' && !isMember(node)) return []
  const text = textOf(place, node)
  return [...indicesAround(above).slice(0, 6), '0'].map((index) =>
    replace(node, `${text}[${index}]`, 'missing index', index === '0' ? 0.1 : 0.15),
  )
}

/** One argument more: as another call of the same function has it, or a name or number at hand. */
export const moreArguments: Operator = (place) => {
  const { node, above, facts, hints } = place
  if (!isCall(node) && node.type !== 'NewExpression') return []
  const given = list(node, 'arguments')
  const [last, callee] = [given.at(-1), child(node, 'callee')]
  if (!callee || isFunction(last) || /^(push|includes|has|get|log)$/.test(textOf(place, callee).split('.').at(-1) ?? '')) return []
  const at = last?.end ?? node.end - 1
  const names = [...[...namesInScope(above).local].slice(0, most), ...facts.numbers.slice(0, 5), ...facts.strings.slice(0, 3)]
  const known = facts.parameters.get(textOf(place, callee).split('.').at(-1) ?? '')
  if (known !== undefined && known <= given.length) return []
  const weight = hints.missing ? 0.2 : 0.12
  return names.map((name) => ({ start: at, end: at, text: `${last ? ', ' : ''}${name}`, operator: 'missing argument', weight }))
}
