import { child, children, isFunction, list, type SyntaxNode, walk, word } from './tree.ts'

/** Names that can be used at a place. */
export interface Names {
  /** Of the function around it and those around that one. */
  local: Set<string>
  /** Of the file, without functions. */
  outer: Set<string>
  /** Functions and classes of the file, imported names included. */
  functions: Set<string>
  /** Those that are declared and never read, exported ones left out: likely the ones that are meant where another stands. */
  unread: Set<string>
}

const known = new WeakMap<SyntaxNode, string[]>()
const knownTop = new WeakMap<SyntaxNode, Names>()
const knownUnread = new WeakMap<SyntaxNode, string[]>()

/** The names that the nodes above a place declare. */
export function namesInScope(above: SyntaxNode[]): Names {
  const names = noNames()
  for (const node of above) {
    if (node.type === 'Program') {
      const top = topLevel(node)
      Object.assign(names, { outer: top.outer, functions: top.functions, unread: new Set(top.unread) })
    }
    if (!isFunction(node)) continue
    for (const name of declared(node)) names.local.add(name)
    for (const name of unreadOf(node)) names.unread.add(name)
  }
  return names
}

function noNames(): Names {
  return { local: new Set(), outer: new Set(), functions: new Set(), unread: new Set() }
}

/** The names that a function declares and doesn't read. */
function unreadOf(node: SyntaxNode): string[] {
  const before = knownUnread.get(node)
  if (before) return before
  const counts = occurrences(node)
  const found = declared(node).filter((name) => (counts.get(name) ?? 0) <= 1)
  knownUnread.set(node, found)
  return found
}

function occurrences(node: SyntaxNode): Map<string, number> {
  const counts = new Map<string, number>()
  walk(node, ({ type, name }) => {
    if (type.endsWith('Identifier') && typeof name === 'string') counts.set(name, (counts.get(name) ?? 0) + 1)
  })
  return counts
}

/** Names of parameters and of variables declared within a function, those in inner functions left out. */
function declared(node: SyntaxNode): string[] {
  const before = known.get(node)
  if (before) return before
  const found = list(node, 'params').flatMap(bound)
  const visit = (inner: SyntaxNode): void => {
    if (inner.type === 'VariableDeclarator') found.push(...bound(child(inner, 'id')))
    if (!isFunction(inner)) for (const one of children(inner)) visit(one)
  }
  const body = child(node, 'body')
  if (body) visit(body)
  known.set(node, found)
  return found
}

function topLevel(program: SyntaxNode): Names {
  const before = knownTop.get(program)
  if (before) return before
  const names = noNames()
  const counts = occurrences(program)
  const note = (name: string, kind: Set<string>, most: number, exported: boolean) => {
    if (name !== '') kind.add(name)
    if (!exported && (counts.get(name) ?? 0) <= most) names.unread.add(name)
  }
  for (const statement of list(program, 'body')) {
    const declaration = child(statement, 'declaration') ?? statement
    if (/^(Function|Class)Declaration$/.test(declaration.type)) names.functions.add(word(child(declaration, 'id'), 'name'))
    const exported = statement.type.startsWith('Export')
    for (const specifier of list(statement, 'specifiers')) {
      const local = word(child(specifier, 'local'), 'name')
      if (statement.type === 'ImportDeclaration' && statement['importKind'] !== 'type') note(local, names.functions, 0, false)
    }
    for (const declarator of list(declaration, 'declarations'))
      for (const name of bound(child(declarator, 'id')))
        note(name, isFunction(child(declarator, 'init')) ? names.functions : names.outer, 1, exported)
  }
  knownTop.set(program, names)
  return names
}

/** The names that a pattern binds. */
function bound(pattern: SyntaxNode | undefined): string[] {
  if (!pattern) return []
  if (pattern.type === 'Identifier') return [word(pattern, 'name')]
  if (pattern.type === 'ObjectProperty') return bound(child(pattern, 'value'))
  if (pattern.type === 'AssignmentPattern') return bound(child(pattern, 'left'))
  if (pattern.type === 'TSParameterProperty') return bound(child(pattern, 'parameter'))
  return [...list(pattern, 'properties'), ...list(pattern, 'elements')].flatMap(bound).concat(bound(child(pattern, 'argument')))
}
