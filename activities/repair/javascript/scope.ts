import { child, children, isFunction, list, type SyntaxNode, word } from './tree.ts'

/** Names that can be used at a place. */
export interface Names {
  /** Of the function around it and those around that one. */
  local: Set<string>
  /** Of the file, without functions. */
  outer: Set<string>
  /** Functions and classes of the file, imported names included. */
  functions: Set<string>
}

const known = new WeakMap<SyntaxNode, string[]>()

/** The names that the nodes above a place declare. */
export function namesInScope(above: SyntaxNode[]): Names {
  const names: Names = { local: new Set(), outer: new Set(), functions: new Set() }
  for (const node of above) {
    if (node.type === 'Program') topLevel(node, names)
    if (!isFunction(node)) continue
    for (const name of declared(node)) names.local.add(name)
  }
  return names
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

function topLevel(program: SyntaxNode, names: Names): void {
  for (const statement of list(program, 'body')) {
    const declaration = child(statement, 'declaration') ?? statement
    if (/^(Function|Class)Declaration$/.test(declaration.type)) names.functions.add(word(child(declaration, 'id'), 'name'))
    for (const specifier of list(statement, 'specifiers')) {
      const local = word(child(specifier, 'local'), 'name')
      if (statement.type === 'ImportDeclaration' && statement['importKind'] !== 'type') names.functions.add(local).add(local)
    }
    for (const declarator of list(declaration, 'declarations'))
      for (const name of bound(child(declarator, 'id'))) (isFunction(child(declarator, 'init')) ? names.functions : names.outer).add(name)
  }
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
