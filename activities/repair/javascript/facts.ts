import { child, isFunction, list, type SyntaxNode, walk, word } from './tree.ts'

/** What the files of a project use, from which replacements are taken. */
export interface Facts {
  strings: string[]
  numbers: string[]
  /** Property names read or written, each with the names of the objects that it was seen on. */
  properties: Map<string, Set<string>>
  /** Names of methods called. */
  methods: Map<string, Set<string>>
  /** How many parameters each named function has. */
  parameters: Map<string, number>
}

/** Collects the facts of one tree. */
export function factsOf(tree: SyntaxNode, source: string): Facts {
  const facts: Facts = { strings: [], numbers: [], properties: new Map(), methods: new Map(), parameters: new Map() }
  const strings = new Set<string>()
  const numbers = new Set<string>()
  walk(tree, (node, above) => {
    const parent = above.at(-1)
    if (node.type === 'StringLiteral' && parent?.type !== 'ImportDeclaration') strings.add(source.slice(node.start, node.end))
    if (node.type === 'NumericLiteral') numbers.add(source.slice(node.start, node.end))
    noteProperty(facts, node, parent)
    noteFunction(facts, node, parent)
  })
  return { ...facts, strings: [...strings], numbers: [...numbers] }
}

function noteProperty(facts: Facts, node: SyntaxNode, parent: SyntaxNode | undefined): void {
  if (node.type === 'ObjectProperty' && node['computed'] !== true) add(facts.properties, word(child(node, 'key'), 'name'), '')
  if (!isMember(node) || node['computed'] === true) return
  const name = word(child(node, 'property'), 'name')
  const called = parent !== undefined && isCall(parent) && parent['callee'] === node
  add(called ? facts.methods : facts.properties, name, rootName(child(node, 'object')))
}

function noteFunction(facts: Facts, node: SyntaxNode, parent: SyntaxNode | undefined): void {
  if (!isFunction(node)) return
  const own = child(node, 'id') ?? child(node, 'key')
  const name = word(own ?? (parent?.type === 'VariableDeclarator' ? child(parent, 'id') : undefined), 'name')
  if (name !== '') facts.parameters.set(name, list(node, 'params').length)
}

function add(map: Map<string, Set<string>>, name: string, object: string): void {
  if (name === '') return
  map.set(name, (map.get(name) ?? new Set()).add(object))
}

/** Whether a node reads a member of an object. */
export function isMember(node: SyntaxNode): boolean {
  return node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression'
}

/** Whether a node is a call. */
export function isCall(node: SyntaxNode | undefined): boolean {
  return node?.type === 'CallExpression' || node?.type === 'OptionalCallExpression'
}

/** The name of an object as it is written: `item`, `this`, or its last property. */
export function rootName(node: SyntaxNode | undefined): string {
  if (node?.type === 'ThisExpression') return 'this'
  return word(node, 'name') || word(child(node, 'property'), 'name')
}
