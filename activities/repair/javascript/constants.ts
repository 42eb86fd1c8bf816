import { isCall, isMember } from './facts.ts'
import { operand, type Operator, type Place, type Proposal, replace, textOf } from './place.ts'
import { closest } from './similar.ts'
import { child, list, type SyntaxNode, word } from './tree.ts'

/** Numbers one off, of other size or sign, and others of the file or the failures. */
export const numbers: Operator = (place) => {
  const { node, parent, facts, hints } = place
  if (node.type !== 'NumericLiteral' || (parent?.type === 'ObjectProperty' && parent['key'] === node)) return []
  const value = Number(node['value'])
  const text = textOf(place, node)
  const found: Proposal[] = []
  const add = (other: string, operator: string, weight: number) => {
    if (other !== text) found.push(replace(node, Number(other) < 0 ? `(${other})` : other, operator, weight))
  }
  if (Number.isInteger(value)) {
    const small = value <= 2 ? 0.85 : value <= 100 ? 0.6 : 0.3
    add(String(value + 1), 'off by one', small)
    add(String(value - 1), 'off by one', value === 0 ? 0.55 : small)
    if (value !== 0)
      for (const other of [value * 10, value / 10, value * 2, value / 2]) if (Number.isInteger(other)) add(String(other), 'constant', 0.15)
    if (value > 1) add('1', 'constant', 0.3)
    if (value !== 0) add('0', 'constant', 0.35)
  }
  if (value === 0) for (const other of ['Infinity', '-Infinity']) add(other, 'initial value', initial(place) ? 0.5 : 0.1)
  if (value !== 0) add(`-${text}`, 'sign', 0.25)
  for (const other of facts.numbers.slice(0, 12)) add(other, 'constant of the file', 0.35)
  for (const other of hints.literals.filter((literal) => /^\d/.test(literal)).slice(0, 12)) add(other, 'constant of the failure', 0.25)
  return found
}

/** Whether a literal is where something starts: a variable, a property, or the last argument of reduce. */
function initial({ node, parent }: Place): boolean {
  if (parent?.type === 'VariableDeclarator' || parent?.type === 'ClassProperty' || parent?.type === 'AssignmentExpression') return true
  return (
    isCall(parent) && word(child(child(parent, 'callee'), 'property'), 'name') === 'reduce' && list(parent, 'arguments').at(-1) === node
  )
}

/** `true` for `false`, other texts of the file or the failures, other initial values. */
export const literals: Operator = (place) => {
  const { node, parent } = place
  const text = textOf(place, node)
  if (node.type === 'BooleanLiteral') return [replace(node, text === 'true' ? 'false' : 'true', 'boolean', 0.85)]
  if (node.type === 'NullLiteral') return ['undefined', '0', "''", '[]'].map((other) => replace(node, other, 'initial value', 0.25))
  if (node.type === 'Identifier' && text === 'Infinity')
    return [replace(node, parent?.type === 'UnaryExpression' ? '0' : '-Infinity', 'initial value', 0.7)]
  if (node.type === 'ArrayExpression' && list(node, 'elements').length === 0)
    return [replace(node, '{}', 'initial value', 0.2), replace(node, 'null', 'initial value', 0.15)]
  if (node.type === 'ObjectExpression' && list(node, 'properties').length === 0) return [replace(node, '[]', 'initial value', 0.2)]
  if (node.type === 'StringLiteral') return strings(place, text)
  if (node.type === 'RegExpLiteral') return patterns(place, text)
  return []
}

function strings({ node, parent, facts, hints }: Place, text: string): Proposal[] {
  if (parent?.type === 'ImportDeclaration' || parent?.type.startsWith('Export') === true || parent?.type === 'Directive') return []
  const own = text.slice(1, -1)
  const quoted = (other: string) => `${text[0]}${other}${text[0]}`
  const found: Proposal[] = []
  const add = (other: string, weight: number) => {
    if (other !== own) found.push(replace(node, quoted(other), 'text', weight))
  }
  for (const other of closest(
    own,
    facts.strings.map((literal) => literal.slice(1, -1)),
    6,
  ))
    add(other, 0.35)
  const failures = hints.literals.filter((literal) => /^['"]/.test(literal)).map((literal) => literal.slice(1, -1))
  for (const other of closest(own, failures, 4)) add(other.replaceAll(/(?<!\\)['"`]/g, '\\$&'), 0.3)
  if (own.length <= 2) for (const other of ['', ' ', ',', ', ', '-', '\\n']) add(other, 0.25)
  for (const other of [`${own} `, ` ${own}`, own.trim(), own.toUpperCase(), own.toLowerCase()]) add(other, 0.15)
  if (own.includes('-')) add(own.replaceAll('-', '_'), 0.1)
  return found
}

function patterns({ node }: Place, text: string): Proposal[] {
  const close = text.lastIndexOf('/')
  const [body, flags] = [text.slice(1, close), text.slice(close + 1)]
  const found: Proposal[] = []
  const add = (other: string, otherFlags: string, weight: number) => {
    if (other !== body || otherFlags !== flags) found.push(replace(node, `/${other}/${otherFlags}`, 'pattern', weight))
  }
  for (const flag of ['g', 'i', 'm'])
    add(body, flags.includes(flag) ? flags.replace(flag, '') : `${flags}${flag}`, flag === 'm' ? 0.2 : 0.5)
  for (const match of body.matchAll(/(?<!\\)[+*?]/g))
    for (const other of ['+', '*', '']) add(`${body.slice(0, match.index)}${other}${body.slice(match.index + 1)}`, flags, 0.4)
  for (const match of body.matchAll(/\\[dDwWsSbB]/g)) {
    const letter = match[0][1] ?? ''
    const turned = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
    add(`${body.slice(0, match.index + 1)}${turned}${body.slice(match.index + 2)}`, flags, 0.25)
  }
  add(`^${body.replace(/^\^/, '')}`, flags, 0.35)
  add(`${body.replace(/\$$/, '')}$`, flags, 0.35)
  add(`^${body.replace(/^\^|\$$/g, '')}$`, flags, 0.35)
  if (body.startsWith('^')) add(body.slice(1), flags, 0.3)
  return found
}

/** Indices, arguments and returned values one off. */
export const shifts: Operator = (place) => {
  const { node, parent } = place
  if (!parent || !countable(node)) return []
  const text = operand(place, node)
  const both = (weight: number) => [replace(node, `${text} - 1`, 'off by one', weight), replace(node, `${text} + 1`, 'off by one', weight)]
  if (isMember(parent) && parent['computed'] === true && parent['property'] === node) return both(0.5)
  if (isCall(parent) && list(parent, 'arguments').includes(node))
    return both(/^(slice|substring|splice|at|substr|fill)$/.test(word(child(child(parent, 'callee'), 'property'), 'name')) ? 0.55 : 0.25)
  if (parent.type === 'ReturnStatement' || (parent.type === 'VariableDeclarator' && node.type !== 'NumericLiteral')) return both(0.28)
  if (parent.type === 'AssignmentExpression' && parent['right'] === node) return both(0.3)
  return []
}

function countable(node: SyntaxNode): boolean {
  return node.type === 'Identifier' || isMember(node) || node.type === 'BinaryExpression' || isCall(node)
}
