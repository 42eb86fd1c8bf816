/** A node of a syntax tree with what surrounds it. */
export interface Node {
  type: string
  start: number
  end: number
  parent: Node | undefined
  /** The function around it. */
  inside: Node | undefined
  /** Its members as the parser made them. */
  raw: Record<string, unknown>
}

const functions = /Function|Method$/
const types = /^TS|Annotation$|^Import|TypeParameter/

/** All nodes within functions, types left out. */
export function nodesOf(program: object): Node[] {
  const found: Node[] = []
  const visit = (value: unknown, parent: Node | undefined, inside: Node | undefined): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, parent, inside)
    if (!isRaw(value) || types.test(value.type)) return
    const node: Node = { type: value.type, start: value.start, end: value.end, parent, inside, raw: value }
    if (inside) found.push(node)
    const within = functions.test(node.type) ? node : inside
    for (const [member, inner] of Object.entries(value)) if (!/^(loc|extra|.*[cC]omments)$/.test(member)) visit(inner, node, within)
  }
  visit(program, undefined, undefined)
  return found
}

function isRaw(value: unknown): value is Record<string, unknown> & { type: string; start: number; end: number } {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value
}

/** The stretch of a member, where that is a node. */
export function stretch(node: Node, member: string): { start: number; end: number; type: string } | undefined {
  const value = node.raw[member]
  return isRaw(value) ? value : undefined
}

/** The stretches of a member that is a list of nodes. */
export function stretches(node: Node, member: string): { start: number; end: number; type: string }[] {
  const value = node.raw[member]
  return Array.isArray(value) ? value.filter(isRaw) : []
}
