import { parse, type ParserPlugin } from '@babel/parser'

/** A node of a Babel syntax tree, seen through the few members that every node has. */
export interface SyntaxNode {
  type: string
  start: number
  end: number
  [member: string]: unknown
}

/** Parses JavaScript or TypeScript; undefined for what isn't either. */
export function parseScript(source: string, file: string): SyntaxNode | undefined {
  const syntax: ParserPlugin[] = /\.[cm]?ts$/.test(file) ? ['typescript'] : file.endsWith('.tsx') ? ['typescript', 'jsx'] : ['jsx']
  const plugins: ParserPlugin[] = [...syntax, 'decorators-legacy']
  try {
    const tree: unknown = parse(source, { sourceType: 'unambiguous', plugins, allowReturnOutsideFunction: true }).program
    return isNode(tree) ? tree : undefined
  } catch {
    return undefined
  }
}

/** Whether a value is a node of a syntax tree. */
export function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value && 'end' in value
  )
}

/** The node under one member, if there is one. */
export function child(node: SyntaxNode | undefined, member: string): SyntaxNode | undefined {
  const value = node?.[member]
  return isNode(value) ? value : undefined
}

/** The nodes under a list member; holes are left out. */
export function list(node: SyntaxNode | undefined, member: string): SyntaxNode[] {
  const value = node?.[member]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The text under one member, else the empty text. */
export function word(node: SyntaxNode | undefined, member: string): string {
  const value = node?.[member]
  return typeof value === 'string' ? value : ''
}

const unwalked = new Set([
  'loc',
  'extra',
  'leadingComments',
  'trailingComments',
  'innerComments',
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeParameters',
])

/** The nodes directly under a node in order; types and comments are left out. */
export function children(node: SyntaxNode): SyntaxNode[] {
  return Object.entries(node).flatMap(([member, value]) => {
    if (unwalked.has(member)) return []
    return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []
  })
}

/** Visits every node with those above it, the nearest last. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode, above: SyntaxNode[]) => void, above: SyntaxNode[] = []): void {
  if (/^(TS(?!AsExpression|NonNull|Satisfies)|Import|Export(All|Default)?Specifier)/.test(node.type)) return
  visit(node, above)
  const next = [...above, node]
  for (const one of children(node)) walk(one, visit, next)
}

/** Whether a node is a function of any kind. */
export function isFunction(node: SyntaxNode | undefined): boolean {
  return node !== undefined && /^(Function(Declaration|Expression)|ArrowFunctionExpression|(Object|Class)(Private)?Method)$/.test(node.type)
}
