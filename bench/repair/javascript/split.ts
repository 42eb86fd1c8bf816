import { parse } from '@babel/parser'
import { type Node, nodesOf, stretch } from './nodes.ts'

/** Splits a test file into the tests that are shown and those held back: two of five are. Undefined where there are too few. */
export function splitTests(source: string, file: string): { shown: string; hidden: string } | undefined {
  const program = parse(source, { sourceType: 'module', plugins: file.endsWith('.ts') ? ['typescript'] : [] }).program
  // Everything counts as within a function here.
  const tests = nodesOf({ type: 'ArrowFunctionExpression', start: 0, end: source.length, body: program }).filter((node) =>
    isTest(node, source),
  )
  if (tests.length < 3) return undefined
  const held = (_: Node, index: number) => index % 5 === 1 || index % 5 === 3
  return {
    shown: without(source, tests.filter(held)),
    hidden: without(
      source,
      tests.filter((node, index) => !held(node, index)),
    ),
  }
}

function isTest(node: Node, source: string): boolean {
  const call = stretch(node, 'expression')
  return node.type === 'ExpressionStatement' && call?.type === 'CallExpression' && /^(it|test)\(/.test(source.slice(call.start, call.end))
}

function without(source: string, nodes: Node[]): string {
  return nodes.toSorted((a, b) => b.start - a.start).reduce((text, { start, end }) => text.slice(0, start) + text.slice(end), source)
}
