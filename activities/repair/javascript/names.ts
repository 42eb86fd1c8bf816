import { isCall, isMember, rootName } from './facts.ts'
import { type Operator, type Place, type Proposal, replace, textOf } from './place.ts'
import { namesInScope } from './scope.ts'
import { closest } from './similar.ts'
import { child, list, type SyntaxNode, word } from './tree.ts'

/** Methods and functions that are taken for each other. */
const families = [
  ['min', 'max'],
  ['floor', 'ceil', 'round', 'trunc'],
  ['push', 'unshift'],
  ['pop', 'shift'],
  ['startsWith', 'endsWith', 'includes'],
  ['indexOf', 'lastIndexOf'],
  ['some', 'every'],
  ['find', 'filter', 'findLast'],
  ['findIndex', 'findLastIndex'],
  ['map', 'flatMap', 'forEach', 'filter'],
  ['toUpperCase', 'toLowerCase'],
  ['keys', 'values', 'entries'],
  ['padStart', 'padEnd'],
  ['trim', 'trimStart', 'trimEnd'],
  ['slice', 'splice', 'substring'],
  ['add', 'delete'],
  ['get', 'has'],
  ['parseInt', 'parseFloat', 'Number'],
  ['reduce', 'reduceRight'],
  ['replace', 'replaceAll'],
  ['match', 'matchAll'],
  ['test', 'exec'],
  ['all', 'allSettled', 'race', 'any'],
  ['then', 'catch', 'finally'],
  ['getDate', 'getDay'],
  ['getMonth', 'getDate'],
  ['getUTCDate', 'getUTCDay'],
  ['getFullYear', 'getYear', 'getUTCFullYear'],
  ['getHours', 'getUTCHours'],
  ['getMinutes', 'getSeconds', 'getMilliseconds'],
  ['seconds', 'minutes', 'hours'],
  ['sin', 'cos'],
  ['sqrt', 'cbrt'],
  ['concat', 'push'],
  ['assign', 'create'],
  ['stringify', 'parse'],
  ['length', 'size'],
  ['first', 'last'],
  ['start', 'end'],
  ['left', 'right'],
  ['width', 'height'],
  ['x', 'y'],
  ['next', 'previous', 'prev'],
  ['head', 'tail'],
  ['key', 'value'],
  ['row', 'column', 'col'],
]

/** The other members of every family that a name is in. */
export function relatives(name: string): string[] {
  return [...new Set(families.filter((family) => family.includes(name)).flat())].filter((other) => other !== name)
}

/** Other names in scope in the place of one. */
export const variables: Operator = (place) => {
  const { node, parent, above } = place
  if (node.type !== 'Identifier' || !parent || !isReference(node, parent)) return []
  const name = word(node, 'name')
  const called = isCall(parent) && parent['callee'] === node
  const related = called
    ? relatives(name).map((other, index) => replace(node, other, 'wrong function', Math.max(0.3, 0.75 - index * 0.1)))
    : []
  const scope = namesInScope(above)
  const declared = scope.local.has(name) || scope.outer.has(name) || scope.functions.has(name)
  // A name that the language itself provides is hardly meant to be one of the project's.
  if (!declared && !place.hints.text.includes(`${name} is not defined`)) return related
  const local = closest(name, scope.local, 7)
  const wide = closest(name, called ? scope.functions : scope.outer, called ? 4 : 5)
  const expand = parent.type === 'ObjectProperty' && parent['shorthand'] === true ? `${name}: ` : ''
  const proposals = [
    ...local.map((other, index) => [other, 0.5 - index * 0.03] as const),
    ...wide.map((other, index) => [other, (called ? 0.3 : 0.4) - index * 0.03] as const),
  ]
    .filter(([other]) => called === scope.functions.has(other) || !called)
    .map(([other, weight]) => replace(node, `${expand}${other}`, 'wrong name', scope.unread.has(other) ? 0.85 : weight))
  return [...related, ...proposals]
}

function isReference(node: SyntaxNode, parent: SyntaxNode): boolean {
  if (isMember(parent)) return parent['object'] === node || parent['computed'] === true
  if (/^(Object|Class)(Property|Method)$/.test(parent.type)) return parent['value'] === node
  if (parent.type === 'VariableDeclarator') return parent['init'] === node
  if (parent.type === 'AssignmentPattern') return parent['right'] === node
  if (/Function|^ArrayPattern|^RestElement|^CatchClause|^Class|^Labeled|^Break|^Continue|^Meta/.test(parent.type))
    return parent['body'] === node
  return true
}

/** Other properties and methods in the place of one: those of the same family, of the same object, or alike. */
export const members: Operator = (place) => {
  const { node, parent } = place
  const property = child(node, 'property')
  if (!isMember(node) || node['computed'] === true || property?.type !== 'Identifier') return []
  const name = word(property, 'name')
  const called = isCall(parent) && parent?.['callee'] === node
  const family = relatives(name).map((other, index) => replace(property, other, 'wrong member', Math.max(0.3, 0.8 - index * 0.1)))
  return [...family, ...(called ? [] : ofObject(place, property, name)), ...alike(place, property, name, called), ...spelled(place, called)]
}

function ofObject({ node, facts }: Place, property: SyntaxNode, name: string): Proposal[] {
  const object = rootName(child(node, 'object'))
  const seen = [...facts.properties].filter(([, objects]) => object !== '' && objects.has(object)).map(([other]) => other)
  return closest(name, seen, 6).map((other, index) => replace(property, other, 'wrong member', 0.5 - index * 0.03))
}

function alike({ facts }: Place, property: SyntaxNode, name: string, called: boolean): Proposal[] {
  return closest(name, (called ? facts.methods : facts.properties).keys(), 4).map((other, index) =>
    replace(property, other, 'wrong member', (called ? 0.25 : 0.3) - index * 0.03),
  )
}

/** `a.b` to `a`, `x` to `this.x` and back, `.length` taken away. */
function spelled(place: Place, called: boolean): Proposal[] {
  const object = child(place.node, 'object')
  if (!object || called) return []
  const property = child(place.node, 'property')
  if (object.type === 'ThisExpression' && property) return [replace(place.node, textOf(place, property), 'wrong member', 0.2)]
  return place.parent?.type === 'AssignmentExpression' && place.parent['left'] === place.node
    ? []
    : [replace(place.node, textOf(place, object), 'dropped member', 0.15)]
}

/** Keys of object literals that stand for each other's values: `{ x: y, y: x }`. */
export const swappedProperties: Operator = (place) => {
  if (place.node.type !== 'ObjectExpression' && place.node.type !== 'ArrayExpression') return []
  const parts = list(place.node, place.node.type === 'ObjectExpression' ? 'properties' : 'elements')
  return parts.slice(1).flatMap((second, index) => {
    const first = parts[index]
    if (!first) return []
    const spread = first.type === 'SpreadElement' || second.type === 'SpreadElement'
    const [one, two] = place.node.type === 'ArrayExpression' || spread ? [first, second] : [child(first, 'value'), child(second, 'value')]
    if (!one || !two || first['shorthand'] === true || second['shorthand'] === true) return []
    const text = `${textOf(place, two)}${place.source.slice(one.end, two.start)}${textOf(place, one)}`
    return [{ start: one.start, end: two.end, text, operator: 'swapped values', weight: spread ? 0.6 : 0.25 }]
  })
}
