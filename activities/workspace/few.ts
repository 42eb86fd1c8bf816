import { entriesOf, findObject, type GitObject, type TreeEntry, treeOfCommit } from './objects.ts'

/** More than these are git's work. */
const [mostObjects, mostBytes] = [300, 4_000_000]

/** The whole of a commit, without the history before it. */
export interface Few {
  objects: Map<string, GitObject>
  tree: string
  /** What is no folder, by its whole path. */
  files: TreeEntry[]
}

/** Reads a commit with its trees and files from an object folder, without git, if they are few and small; undefined where it takes git to read them. */
export function fewObjects(folder: string, commit: string): Few | undefined {
  const objects = new Map<string, GitObject>()
  let bytes = 0
  const take = (hash: string, type: GitObject['type']): GitObject => {
    const found = objects.get(hash) ?? findObject(folder, hash)
    bytes += objects.has(hash) ? 0 : (found?.content.length ?? 0)
    if (found?.type !== type || objects.size >= mostObjects || bytes > mostBytes) throw new NotFew()
    objects.set(hash, found)
    return found
  }
  const walk = (tree: string, path: string): TreeEntry[] =>
    entriesOf(take(tree, 'tree').content, commit).flatMap(({ mode, name, hash }) => {
      if (mode === '40000') return walk(hash, `${path}${name}/`)
      if (mode !== '160000') take(hash, 'blob')
      return { mode, name: path + Buffer.from(name, 'latin1').toString(), hash }
    })
  try {
    const tree = treeOfCommit(take(commit, 'commit').content)
    return { objects, tree, files: walk(tree, '') }
  } catch {
    return undefined
  }
}

class NotFew extends Error {}
