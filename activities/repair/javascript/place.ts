import { type Hints } from '../hints.ts'
import { type Facts } from './facts.ts'
import { type SyntaxNode } from './tree.ts'

/** One node of a file, with all that an operator may need to propose edits there. */
export interface Place {
  node: SyntaxNode
  /** The nodes above it, the nearest last. */
  above: SyntaxNode[]
  parent: SyntaxNode | undefined
  source: string
  facts: Facts
  hints: Hints
}

/** An edit before its file is known. */
export interface Proposal {
  start: number
  end: number
  text: string
  operator: string
  weight: number
}

/** Proposes edits at a place. */
export type Operator = (place: Place) => Proposal[]

/** The text of a node. */
export function textOf(place: Pick<Place, 'source'>, node: SyntaxNode): string {
  return place.source.slice(node.start, node.end)
}

/** Proposes to replace a node. */
export function replace(node: { start: number; end: number }, text: string, operator: string, weight: number): Proposal {
  return { start: node.start, end: node.end, text, operator, weight }
}

/** Where the operator between two operands stands; an operator within a comment or bracket before it leads to an edit that is no program. */
export function tokenBetween(place: Place, left: SyntaxNode, right: SyntaxNode, token: string): { start: number; end: number } | undefined {
  const between = place.source.slice(left.end, right.start)
  const at = between.indexOf(token)
  return at < 0 ? undefined : { start: left.end + at, end: left.end + at + token.length }
}

/** The text of a node in brackets unless it needs none as an operand. */
export function operand(place: Place, node: SyntaxNode): string {
  const text = textOf(place, node)
  return /^(Identifier|.*Literal|.*MemberExpression|.*CallExpression|ThisExpression|ArrayExpression)$/.test(node.type) ? text : `(${text})`
}
