import { parse } from '@babel/parser'
import { type Dice } from '../dice.ts'
import { kinds } from './kinds.ts'
import { type Node, nodesOf } from './nodes.ts'

/** One replacement in a text. */
export interface Change {
  start: number
  end: number
  text: string
}

/** What a kind of fault may look at. */
export interface Place {
  source: string
  nodes: Node[]
  dice: Dice
}

/** Plants one small fault at a time, after the kinds of ManySStuBs4J: what people get wrong in one place. It shares nothing with the repairer. */
export function faultsOf(source: string, file: string, dice: Dice, count: number): { kind: string; text: string }[] {
  const place = { source, nodes: nodesOf(treeOf(source, file)), dice }
  const places = Object.entries(kinds).map(([kind, changes]) => ({ kind, changes: dice.shuffled(changes(place)) }))
  const found: { kind: string; text: string }[] = []
  while (found.length < count) {
    const chosen = dice.pick(places.filter(({ changes }) => changes.length > 0))
    const change = chosen?.changes.pop()
    if (!chosen || !change) break
    const text = source.slice(0, change.start) + change.text + source.slice(change.end)
    if (text !== source && parses(text, file)) found.push({ kind: chosen.kind, text })
  }
  return found
}

function treeOf(source: string, file: string) {
  return parse(source, { sourceType: 'module', plugins: file.endsWith('.ts') ? ['typescript'] : [] }).program
}

function parses(text: string, file: string): boolean {
  try {
    treeOf(text, file)
    return true
  } catch {
    return false
  }
}
