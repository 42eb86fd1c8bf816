import { type Change, type Place } from './plant.ts'
import { type Node, stretch, stretches } from './nodes.ts'

type Kind = (place: Place) => Change[]

const families = [
  ['<', '<=', '>', '>='],
  ['===', '!=='],
  ['==', '!='],
  ['+', '-'],
  ['*', '/', '%', '**'],
  ['&&', '||'],
  ['&', '|', '^'],
  ['<<', '>>', '>>>'],
  ['+=', '-=', '='],
  ['*=', '/=', '='],
]
const similar: Record<string, string> = {
  min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', push: 'unshift', pop: 'shift', shift: 'pop', unshift: 'push', some: 'every',
  every: 'some', map: 'filter', filter: 'map', toUpperCase: 'toLowerCase', toLowerCase: 'toUpperCase', indexOf: 'lastIndexOf',
  slice: 'splice', keys: 'values', values: 'keys', has: 'get', get: 'has', add: 'delete', find: 'filter', padStart: 'padEnd',
  startsWith: 'endsWith', round: 'floor', sqrt: 'cbrt', charCodeAt: 'charAt', isInteger: 'isNaN', trim: 'trimEnd', includes: 'startsWith',
} // prettier-ignore

const of = (place: Place, ...types: string[]) => place.nodes.filter(({ type }) => types.includes(type))
const text = (place: Place, at: { start: number; end: number }) => place.source.slice(at.start, at.end)
const change = (at: { start: number; end: number }, other: string): Change => ({ start: at.start, end: at.end, text: other })
const name = (node: Node) => String(node.raw['name'])

function isVariable(node: Node): boolean {
  const parent = node.parent
  if (node.type !== 'Identifier' || !parent || /Function|Method|Label|Pattern|Class|Break|Continue/.test(parent.type)) return false
  if (parent.type === 'MemberExpression') return parent.raw['object'] === node.raw || parent.raw['computed'] === true
  if (parent.type === 'ObjectProperty') return false
  return !(parent.type === 'VariableDeclarator' && parent.raw['id'] === node.raw)
}

function namesAround(place: Place, inside: Node | undefined): string[] {
  const declared = place.nodes.filter((node) => node.type === 'Identifier' && node.inside === inside)
  const parameters = place.nodes.filter(({ parent, type }) => type === 'Identifier' && parent !== undefined && parent === inside)
  const variables = declared.filter(({ parent, raw }) => parent?.type === 'VariableDeclarator' && parent.raw['id'] === raw)
  return [...new Set([...variables, ...parameters].map(name))].sort()
}

function operatorAt(place: Place, node: Node): Change[] {
  const token = String(node.raw['operator'])
  const [left, right] = [stretch(node, 'left'), stretch(node, 'right')]
  const other = place.dice.pick(
    families.filter((family) => family.includes(token)).flatMap((family) => family.filter((one) => one !== token)),
  )
  if (!left || !right || other === undefined) return []
  const at = place.source.indexOf(token, left.end)
  return at < right.start ? [{ start: at, end: at + token.length, text: other }] : []
}

/** Kinds of faults with all the places where each may be planted. */
export const kinds: Record<string, Kind> = {
  'wrong identifier': (place) =>
    place.nodes.filter(isVariable).flatMap((node) => {
      const names = namesAround(place, node.inside)
      const other = place.dice.pick(names.filter((one) => one !== name(node)))
      return other !== undefined && names.includes(name(node)) ? [change(node, other)] : []
    }),
  'wrong number': (place) =>
    of(place, 'NumericLiteral').flatMap((node) => {
      const value = Number(node.raw['value'])
      return [change(node, String(place.dice.pick([value + 1, Math.abs(value - 1), value + 2, 0, 1, value * 10]) ?? 0))]
    }),
  'wrong boolean': (place) => of(place, 'BooleanLiteral').map((node) => change(node, String(node.raw['value'] !== true))),
  'wrong comparison or operator': (place) =>
    of(place, 'BinaryExpression', 'LogicalExpression', 'AssignmentExpression').flatMap((node) => operatorAt(place, node)),
  'wrong unary operator': (place) => [
    ...of(place, 'UnaryExpression').flatMap((node) => {
      const argument = stretch(node, 'argument')
      return argument && node.raw['operator'] !== 'typeof' ? [change(node, text(place, argument))] : []
    }),
    ...of(place, 'UpdateExpression').map((node) =>
      change(
        node,
        text(place, node).replace(/\+\+|--/, (token) => (token === '++' ? '--' : '++')),
      ),
    ),
    ...of(place, 'IfStatement', 'WhileStatement').flatMap((node) => {
      const test = stretch(node, 'test')
      return test ? [change(test, `!(${text(place, test)})`)] : []
    }),
  ],
  'wrong operand': (place) =>
    of(place, 'BinaryExpression').flatMap((node) => {
      const [left, right] = [stretch(node, 'left'), stretch(node, 'right')]
      if (!left || !right) return []
      const other = place.dice.pick([...namesAround(place, node.inside), '1']) ?? '1'
      return [change(node, text(place, place.dice.pick([left, right]) ?? left)), change(right, other)]
    }),
  'wrong condition': (place) =>
    of(place, 'LogicalExpression').flatMap((node) => {
      const kept = place.dice.pick([stretch(node, 'left'), stretch(node, 'right')])
      return kept ? [change(node, text(place, kept))] : []
    }),
  'swapped arguments': (place) =>
    of(place, 'CallExpression', 'NewExpression').flatMap((node) => {
      const [one, two] = stretches(node, 'arguments')
      return one && two ? [{ start: one.start, end: two.end, text: `${text(place, two)}, ${text(place, one)}` }] : []
    }),
  'missing argument': (place) =>
    of(place, 'CallExpression').flatMap((node) => {
      const [before, last] = stretches(node, 'arguments').slice(-2)
      return before && last ? [{ start: before.end, end: last.end, text: '' }] : []
    }),
  'wrong function': (place) =>
    of(place, 'CallExpression').flatMap((node) => {
      const callee = stretch(node, 'callee')
      const called = callee && /\w+$/.exec(text(place, callee))?.[0]
      const other = called === undefined ? undefined : similar[called]
      return callee && called !== undefined && other !== undefined
        ? [{ start: callee.end - called.length, end: callee.end, text: other }]
        : []
    }),
  'missing call': (place) =>
    of(place, 'CallExpression').flatMap((node) => {
      const [callee, [only, another]] = [stretch(node, 'callee'), stretches(node, 'arguments')]
      if (node.parent?.type === 'ExpressionStatement' || !callee) return []
      const dot = text(place, callee).lastIndexOf('.')
      if (dot > 0 && !/^[A-Z]/.test(text(place, callee))) return [change(node, text(place, callee).slice(0, dot))]
      return only && !another ? [change(node, text(place, only))] : []
    }),
  'wrong member': (place) => {
    const properties = of(place, 'MemberExpression').filter(({ raw, parent }) => raw['computed'] !== true && parent?.raw['callee'] !== raw)
    const seen = [...new Set(properties.map((node) => text(place, stretch(node, 'property') ?? node)))].sort()
    return properties.flatMap((node) => {
      const property = stretch(node, 'property')
      const other = property && place.dice.pick(seen.filter((one) => one !== text(place, property)))
      return property && other !== undefined ? [change(property, other)] : []
    })
  },
  'wrong index or bound': (place) => [
    ...of(place, 'MemberExpression').flatMap((node) => {
      const property = node.raw['computed'] === true ? stretch(node, 'property') : undefined
      return property ? [change(property, `${text(place, property)} ${place.dice.pick(['+', '-'])} 1`)] : []
    }),
    ...of(place, 'CallExpression').flatMap((node) => {
      const callee = stretch(node, 'callee')
      const bounds = callee && /slice|substring|charAt/.test(text(place, callee)) ? stretches(node, 'arguments') : []
      return bounds.map((bound) => change(bound, `${text(place, bound)} ${place.dice.pick(['+', '-'])} 1`))
    }),
  ],
  'missing return': (place) =>
    of(place, 'ReturnStatement').flatMap((node) =>
      stretch(node, 'argument') ? [{ start: node.start, end: node.start + 'return '.length, text: '' }] : [],
    ),
  'missing statement': (place) => [
    ...of(place, 'BreakStatement', 'ContinueStatement').map((node) => change(node, ';')),
    ...of(place, 'ExpressionStatement').flatMap((node) => {
      const expression = stretch(node, 'expression')
      return expression && /^(Update|Assignment)/.test(expression.type) ? [change(node, ';')] : []
    }),
    ...of(place, 'IfStatement').flatMap((node) => {
      const then = stretch(node, 'consequent')
      const short = then && text(place, then).length < 60 && /^\{?\s*(return|throw)/.test(text(place, then))
      return short && !stretch(node, 'alternate') ? [change(node, ';')] : []
    }),
  ],
  'wrong place': (place) =>
    of(place, 'BlockStatement').flatMap((node) => {
      const body = stretches(node, 'body').filter(({ type }) => type === 'ExpressionStatement')
      return body.slice(1).flatMap((second, index) => {
        const first = body[index]
        if (!first || place.source.slice(first.end, second.start).trim() !== '') return []
        return [{ start: first.start, end: second.end, text: `${text(place, second)}\n${text(place, first)}` }]
      })
    }),
  'wrong text': (place) =>
    of(place, 'StringLiteral').flatMap((node) => {
      const other = place.dice.pick([...of(place, 'StringLiteral').map((one) => text(place, one)), "''"])
      return other === undefined ? [] : [change(node, other)]
    }),
  'break or continue': (place) => [
    ...of(place, 'BreakStatement').map((node) => change(node, 'continue')),
    ...of(place, 'ContinueStatement').map((node) => change(node, 'break')),
  ],
  'missing await': (place) =>
    of(place, 'AwaitExpression').flatMap((node) => {
      const argument = stretch(node, 'argument')
      return argument ? [change(node, text(place, argument))] : []
    }),
}
