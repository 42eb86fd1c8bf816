import { type Hints } from '../hints.ts'
import { type Edit } from '../result.ts'
import { callArguments, conversions, wrappedCalls } from './calls.ts'
import { literals, numbers, shifts } from './constants.ts'
import { type Facts, factsOf } from './facts.ts'
import { keepSource } from './ingredients.ts'
import { insertions, moreConditions } from './insertions.ts'
import { members, swappedProperties, variables } from './names.ts'
import { binary, conditions, unary } from './operators.ts'
import { type Operator } from './place.ts'
import { earlyReturns, guards, jumps, missingReturn, order, returned } from './statements.ts'
import { moreArguments, terms } from './terms.ts'
import { parseScript, type SyntaxNode, walk } from './tree.ts'

const operators: Operator[] = [
  binary,
  unary,
  conditions,
  numbers,
  literals,
  shifts,
  variables,
  members,
  swappedProperties,
  callArguments,
  wrappedCalls,
  conversions,
  missingReturn,
  order,
  jumps,
  guards,
  earlyReturns,
  returned,
  terms,
  moreArguments,
  insertions,
  moreConditions,
]

/** Every edit that the operators propose for the JavaScript and TypeScript files among `sources`, those that `wanted` says no to left out. */
export function javascriptEdits(sources: Map<string, string>, hints: Hints, wanted: (file: string, offset: number) => boolean): Edit[] {
  const trees = new Map<string, SyntaxNode>()
  for (const [file, source] of sources) {
    const tree = parseScript(source, file)
    if (tree) trees.set(file, tree)
  }
  const project = [...trees].map(([file, tree]) => [file, factsOf(tree, sources.get(file) ?? '')] as const)
  const shared = merge(project.map(([, facts]) => facts))
  return project.flatMap(([file, facts]) => {
    const source = sources.get(file) ?? ''
    const tree = trees.get(file)
    const edits: Edit[] = []
    if (!tree) return edits
    keepSource(tree, source)
    walk(tree, (node, above) => {
      if (!wanted(file, node.start)) return
      const place = {
        node,
        above,
        parent: above.at(-1),
        source,
        facts: { ...shared, strings: facts.strings, numbers: facts.numbers },
        hints,
      }
      for (const operator of operators) for (const proposal of operator(place)) if (proposal.weight > 0) edits.push({ file, ...proposal })
    })
    return edits
  })
}

/** Names are taken from the whole project. */
function merge(all: Facts[]): Facts {
  const merged: Facts = { strings: [], numbers: [], properties: new Map(), methods: new Map(), parameters: new Map() }
  for (const facts of all) {
    for (const kind of ['properties', 'methods'] as const)
      for (const [name, objects] of facts[kind]) merged[kind].set(name, new Set([...(merged[kind].get(name) ?? []), ...objects]))
    for (const [name, count] of facts.parameters) merged.parameters.set(name, count)
  }
  return merged
}

/** Whether an edited text is still a program. */
export function isScript(source: string, file: string): boolean {
  return parseScript(source, file) !== undefined
}
