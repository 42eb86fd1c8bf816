import { child, parseScript, walk } from './tree.ts'

/** Where the bodies of a file's loops begin, behind their brackets: there a server counts turns, so that an endless loop ends. */
export function loopBodies(source: string, file: string): number[] {
  const found: number[] = []
  const tree = parseScript(source, file)
  if (tree)
    walk(tree, (node) => {
      const body = child(node, 'body')
      if (/^(For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type) && body?.type === 'BlockStatement') found.push(body.start + 1)
    })
  return found
}
