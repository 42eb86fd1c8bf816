import { isCall, isMember } from './facts.ts'
import { operand, type Operator, type Place, type Proposal, replace, textOf } from './place.ts'
import { namesInScope } from './scope.ts'
import { closest } from './similar.ts'
import { child, isFunction, list, type SyntaxNode, word } from './tree.ts'

/** Arguments swapped, dropped, added or spread. */
export const callArguments: Operator = (place) => {
  const { node } = place
  if (!isCall(node) && node.type !== 'NewExpression') return []
  const given = list(node, 'arguments')
  return [...swapped(place, given), ...missing(place, given), ...dropped(place, given), ...spread(place, given)]
}

function swapped(place: Place, given: SyntaxNode[]): Proposal[] {
  return given.slice(1).flatMap((second, index) => {
    const first = given[index]
    if (!first || isFunction(first) || isFunction(second)) return []
    const text = `${textOf(place, second)}${place.source.slice(first.end, second.start)}${textOf(place, first)}`
    return [{ start: first.start, end: second.end, text, operator: 'swapped arguments', weight: 0.6 }]
  })
}

/** A name in scope as the argument that a function of the project expects and isn't given. */
function missing(place: Place, given: SyntaxNode[]): Proposal[] {
  const name = word(child(place.node, 'callee'), 'name') || word(child(child(place.node, 'callee'), 'property'), 'name')
  const expected = place.facts.parameters.get(name)
  if (expected === undefined || expected <= given.length) return []
  const before = given.at(-1)
  const at = before?.end ?? place.node.end - 1
  return [...namesInScope(place.above).local]
    .slice(0, 8)
    .map((local) => ({ start: at, end: at, text: `${before ? ', ' : ''}${local}`, operator: 'missing argument', weight: 0.5 }))
}

function dropped(place: Place, given: SyntaxNode[]): Proposal[] {
  const [before, last] = given.slice(-2)
  if (!before || !last || isFunction(before)) return []
  return [{ start: before.end, end: last.end, text: '', operator: 'dropped argument', weight: 0.25 }]
}

function spread(place: Place, given: SyntaxNode[]): Proposal[] {
  const [only] = given
  if (given.length !== 1 || !only) return []
  const argument = child(only, 'argument')
  if (only.type === 'SpreadElement' && argument) return [replace(only, textOf(place, argument), 'spread', 0.5)]
  const name = word(child(child(place.node, 'callee'), 'property'), 'name')
  if (name === 'push' || name === 'unshift' || name === 'concat' || name === 'max' || name === 'min')
    return [replace(only, `...${operand(place, only)}`, 'spread', 0.5)]
  return []
}

/** Calls that miss their comparison, copy, await or conversion, and calls that should not be there. */
export const wrappedCalls: Operator = (place) => {
  const { node, hints, parent } = place
  const callee = child(node, 'callee')
  if (!isCall(node) || !callee) return []
  const method = word(child(callee, 'property'), 'name')
  const object = child(callee, 'object')
  const found: Proposal[] = []
  const text = textOf(place, node)
  if (method === 'sort' && list(node, 'arguments').length === 0)
    for (const order of ['a - b', 'b - a'])
      found.push({ start: node.end - 1, end: node.end - 1, text: `(a, b) => ${order}`, operator: 'missing comparison', weight: 0.7 })
  if (object && /^(sort|reverse|splice|pop|shift|push|unshift)$/.test(method) && object.type !== 'ArrayExpression')
    found.push(replace(object, `[...${textOf(place, object)}]`, 'missing copy', method === 'sort' || method === 'reverse' ? 0.6 : 0.15))
  if (object) found.push(replace(node, textOf(place, object), 'dropped call', 0.3))
  const [only, another] = list(node, 'arguments')
  if (!object && only && !another) found.push(replace(node, textOf(place, only), 'dropped call', 0.3))
  const asynchronous = place.above.findLast(isFunction)?.['async'] === true
  if (asynchronous && parent?.type !== 'AwaitExpression')
    found.push(replace(node, isMember(parent ?? node) ? `(await ${text})` : `await ${text}`, 'missing await', hints.unawaited ? 0.9 : 0.5))
  return found
}

/** Values that miss a conversion or a sign. */
export const conversions: Operator = (place) => {
  const { node, parent } = place
  const text = textOf(place, node)
  if (!parent || !(node.type === 'Identifier' || isMember(node) || isCall(node))) return []
  const value = /^(Return|Variable|Binary)/.test(parent.type) || (isCall(parent) && parent['callee'] !== node)
  if (!value || parent['id'] === node) return []
  const found = [
    ...terms(place, text),
    replace(node, `Number(${text})`, 'conversion', 0.12),
    replace(node, `Math.abs(${text})`, 'conversion', 0.15),
  ]
  if (parent.type !== 'BinaryExpression' || parent['right'] === node) found.push(replace(node, `(-${operand(place, node)})`, 'sign', 0.15))
  if (/Return|Variable/.test(parent.type)) found.push(replace(node, `!${operand(place, node)}`, 'negation', 0.35))
  if (parent['operator'] === '===' || parent['operator'] === '!==')
    found.push(replace(node, `${operand(place, node)}.toLowerCase()`, 'conversion', 0.1))
  return found
}

/** A part that may be missing: another name added or taken away, all but the first or last element, a bound. */
function terms({ node, parent, above }: Place, text: string): Proposal[] {
  if (node.type !== 'Identifier' || parent?.type === 'BinaryExpression')
    return parent?.type === 'BinaryExpression' ? [] : [replace(node, `Math.max(0, ${text})`, 'missing bound', 0.15)]
  const others = closest(text, namesInScope(above).local, 4)
  return [
    ...others.flatMap((other) => [`${text} - ${other}`, `${text} + ${other}`].map((sum) => replace(node, sum, 'missing term', 0.17))),
    ...[`${text}.slice(1)`, `${text}.slice(0, -1)`].map((part) => replace(node, part, 'other elements', 0.15)),
  ]
}
