import { operand, type Operator, type Place, type Proposal, replace, textOf, tokenBetween } from './place.ts'
import { child, type SyntaxNode, word } from './tree.ts'

/** What each operator is replaced by, the likeliest first. */
const others: Record<string, [string, number][]> = {
  '<': [
    ['<=', 1],
    ['>', 0.6],
    ['>=', 0.5],
  ],
  '<=': [
    ['<', 1],
    ['>=', 0.6],
    ['>', 0.45],
  ],
  '>': [
    ['>=', 1],
    ['<', 0.6],
    ['<=', 0.5],
  ],
  '>=': [
    ['>', 1],
    ['<=', 0.6],
    ['<', 0.45],
  ],
  '===': [
    ['!==', 0.8],
    ['==', 0.15],
    ['>=', 0.3],
    ['<=', 0.3],
  ],
  '!==': [
    ['===', 0.8],
    ['!=', 0.3],
    ['<', 0.25],
    ['>', 0.25],
  ],
  '==': [
    ['!=', 0.8],
    ['===', 0.4],
  ],
  '!=': [
    ['==', 0.8],
    ['!==', 0.4],
  ],
  '+': [
    ['-', 0.85],
    ['*', 0.4],
  ],
  '-': [
    ['+', 0.85],
    ['*', 0.2],
    ['/', 0.2],
  ],
  '*': [
    ['/', 0.7],
    ['+', 0.5],
    ['**', 0.4],
    ['%', 0.2],
  ],
  '/': [
    ['*', 0.7],
    ['%', 0.6],
    ['-', 0.2],
  ],
  '%': [
    ['/', 0.6],
    ['*', 0.35],
  ],
  '**': [['*', 0.7]],
  '&': [
    ['|', 0.7],
    ['^', 0.5],
    ['&&', 0.2],
  ],
  '|': [
    ['&', 0.7],
    ['^', 0.5],
  ],
  '^': [
    ['&', 0.7],
    ['|', 0.6],
  ],
  '<<': [['>>', 0.8]],
  '>>': [
    ['<<', 0.8],
    ['>>>', 0.7],
  ],
  '>>>': [['>>', 0.7]],
  '&&': [['||', 0.85]],
  '||': [
    ['&&', 0.85],
    ['??', 0.6],
  ],
  '??': [
    ['||', 0.5],
    ['&&', 0.2],
  ],
  '+=': [
    ['-=', 0.85],
    ['=', 0.6],
    ['*=', 0.3],
  ],
  '-=': [
    ['+=', 0.85],
    ['=', 0.5],
  ],
  '*=': [
    ['/=', 0.6],
    ['+=', 0.5],
    ['=', 0.4],
  ],
  '/=': [
    ['*=', 0.6],
    ['=', 0.3],
    ['%=', 0.3],
  ],
  '=': [
    ['+=', 0.45],
    ['-=', 0.15],
    ['||=', 0.1],
  ],
  '||=': [['??=', 0.5]],
  in: [['of', 0]],
}

/** Other operators between the same operands, and other ways to put these together. */
export const binary: Operator = (place) => {
  const { node } = place
  if (!/^(Binary|Logical|Assignment)Expression$/.test(node.type)) return []
  const [left, right] = [child(node, 'left'), child(node, 'right')]
  const token = word(node, 'operator')
  const at = left && right && tokenBetween(place, left, right, token)
  if (!at) return []
  const replaced = (others[token] ?? [])
    .filter(([, weight]) => weight > 0)
    .map(([text, weight]) => replace(at, text, 'operator', token === '+' && textual(left, right) ? weight * 0.2 : weight))
  return [...replaced, ...operands(place, left, right, token), ...regrouped(place, left, right, token)]
}

/** Adding to a text is rarely meant to be something else. */
function textual(...nodes: SyntaxNode[]): boolean {
  return nodes.some(({ type }) => type === 'StringLiteral' || type === 'TemplateLiteral')
}

function operands(place: Place, left: SyntaxNode, right: SyntaxNode, token: string): Proposal[] {
  const { node } = place
  const [one, two] = [textOf(place, left), textOf(place, right)]
  if (node.type === 'AssignmentExpression') return []
  if (node.type === 'LogicalExpression')
    return [replace(node, one, 'dropped condition', 0.45), replace(node, two, 'dropped condition', 0.45)]
  const found: Proposal[] = []
  if (['-', '/', '%', '**'].includes(token))
    found.push(replace(node, `${operand(place, right)} ${token} ${operand(place, left)}`, 'swapped operands', 0.55))
  if (token === '+' && !textual(left, right)) found.push(replace(node, `${two} + ${one}`, 'swapped operands', 0.15))
  if (['+', '-', '*', '/', '%'].includes(token)) {
    found.push(replace(node, one, 'dropped operand', right.type === 'NumericLiteral' ? 0.6 : 0.3))
    if (token === '+' || token === '*') found.push(replace(node, two, 'dropped operand', 0.25))
  }
  if (/^[<>]=?$/.test(token)) found.push(...shifted(place, right))
  if (/^===?$/.test(token) && right.type === 'NumericLiteral') {
    const number = Number(right['value'])
    found.push(replace(node, `${one} <= ${number + 1}`, 'condition', 0.3), replace(node, `${one} >= ${number - 1}`, 'condition', 0.2))
  }
  return found
}

/** Bounds one higher or lower. */
function shifted(place: Place, bound: SyntaxNode): Proposal[] {
  if (bound.type === 'NumericLiteral') return []
  const text = operand(place, bound)
  return [replace(bound, `${text} - 1`, 'bound', 0.5), replace(bound, `${text} + 1`, 'bound', 0.45)]
}

const strength: Record<string, number> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '&&': 0.5, '||': 0.2 }

/** `a + b * c` to `(a + b) * c`, `(a + b) * c` to `a + b * c`. */
function regrouped(place: Place, left: SyntaxNode, right: SyntaxNode, token: string): Proposal[] {
  const own = strength[token]
  if (own === undefined) return []
  const parts = (node: SyntaxNode) => {
    const inner = word(node, 'operator')
    const [a, b] = [child(node, 'left'), child(node, 'right')]
    return strength[inner] !== undefined && a && b ? { a: textOf(place, a), b: textOf(place, b), inner } : undefined
  }
  const [before, after] = [parts(left), parts(right)]
  const found: Proposal[] = []
  if (after) found.push(replace(place.node, `(${textOf(place, left)} ${token} ${after.a}) ${after.inner} ${after.b}`, 'grouping', 0.5))
  if (before) found.push(replace(place.node, `${before.a} ${before.inner} (${before.b} ${token} ${textOf(place, right)})`, 'grouping', 0.5))
  return found
}

/** Negations and signs taken away or added, steps turned round. */
export const unary: Operator = (place) => {
  const { node, parent } = place
  const argument = child(node, 'argument')
  if (node.type === 'UnaryExpression' && argument && ['!', '-', '+', '~'].includes(word(node, 'operator'))) {
    const negated = word(node, 'operator') === '!' && parent?.['operator'] === '!'
    return negated ? [] : [replace(node, textOf(place, argument), 'negation', 0.8)]
  }
  if (node.type === 'UpdateExpression' && argument) {
    const text = textOf(place, node)
    const turned = text.includes('++') ? text.replace('++', '--') : text.replace('--', '++')
    const moved = node['prefix'] === true ? `${text.slice(2)}${text.slice(0, 2)}` : `${text.slice(-2)}${text.slice(0, -2)}`
    const used = parent?.type !== 'ExpressionStatement' && parent?.type !== 'ForStatement'
    return [replace(node, turned, 'step', 0.6), ...(used ? [replace(node, moved, 'step', 0.5)] : [])]
  }
  return []
}

/** Conditions negated or fixed, branches swapped. */
export const conditions: Operator = (place) => {
  const { node } = place
  if (!/^(If|While|DoWhile|For)Statement$|^ConditionalExpression$/.test(node.type)) return []
  const test = child(node, 'test')
  if (!test) return []
  const comparison = test.type === 'BinaryExpression' || test.type === 'UnaryExpression'
  const found = comparison ? [] : [replace(test, `!${operand(place, test)}`, 'negated condition', 0.6)]
  if (node.type === 'ConditionalExpression') {
    const [yes, no] = [child(node, 'consequent'), child(node, 'alternate')]
    if (!yes || !no) return found
    const between = place.source.slice(yes.end, no.start)
    found.push({
      start: yes.start,
      end: no.end,
      text: `${textOf(place, no)}${between}${textOf(place, yes)}`,
      operator: 'swapped branches',
      weight: 0.55,
    })
    found.push(replace(node, textOf(place, yes), 'dropped condition', 0.2), replace(node, textOf(place, no), 'dropped condition', 0.2))
  }
  if (node.type === 'IfStatement')
    found.push(replace(test, 'true', 'fixed condition', 0.2), replace(test, 'false', 'fixed condition', 0.25))
  if (node.type === 'IfStatement')
    found.push({ start: node.start, end: node.start + 2, text: 'while', operator: 'loop', weight: child(node, 'alternate') ? 0 : 0.25 })
  if (node.type === 'WhileStatement') found.push({ start: node.start, end: node.start + 5, text: 'if', operator: 'loop', weight: 0.15 })
  return found
}
