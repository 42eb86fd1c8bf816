import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { writeWhole } from '../../store/atomic.ts'
import { readRegular } from '../regular-file.ts'
import { git, type GitAt } from './git.ts'
import { readPacked } from './packed.ts'

/** Larger ones are git's to read. */
const mostBytes = 20_000_000

/** An entry of a tree, as git writes it: `100644`, `40000`, …, and the hash in hex. */
export interface TreeEntry {
  mode: string
  name: string
  hash: string
}

/** A git object. */
export interface GitObject {
  type: 'commit' | 'tree' | 'blob'
  content: Uint8Array
}

/** The content of a git object; what only git can read is read by git. */
export async function readObject(at: GitAt, type: GitObject['type'], hash: string): Promise<Buffer> {
  const found = findObject(join(at.gitDir, 'objects'), hash)
  return found?.type === type ? Buffer.from(found.content) : git(at, ['cat-file', type, hash])
}

/** An object of an object folder, from a file of its own or a pack, without git; undefined where it isn't there as its name says, or where it takes git to read it. */
export function findObject(objects: string, hash: string): GitObject | undefined {
  const found = readLoose(objects, hash) ?? readPacked(objects, hash)
  return found && nameOf(found, hash) === hash ? found : undefined
}

function readLoose(objects: string, hash: string): GitObject | undefined {
  try {
    const whole = inflateSync(readRegular(join(objects, hash.slice(0, 2), hash.slice(2))), { maxOutputLength: mostBytes })
    const end = whole.indexOf(0)
    const type = whole.toString('latin1', 0, whole.indexOf(0x20))
    return type === 'commit' || type === 'tree' || type === 'blob' ? { type, content: whole.subarray(end + 1) } : undefined
  } catch {
    return undefined
  }
}

/** The hash of a git object; `like` is another hash of the same repository. */
export function nameOf(object: GitObject, like: string): string {
  return hashOf(wholeOf(object), like).toString('hex')
}

/** Writes a git object as git does. */
export function writeObject(at: GitAt, object: GitObject, like: string): void {
  const name = nameOf(object, like)
  writeWhole(join(at.gitDir, 'objects', name.slice(0, 2), name.slice(2)), deflateSync(wholeOf(object)))
}

function wholeOf({ type, content }: GitObject): Buffer {
  return Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content])
}

/** The tree that a commit object names. */
export function treeOfCommit(commit: Uint8Array): string {
  return /^tree ([0-9a-f]+)\n/.exec(Buffer.from(commit).toString('latin1'))?.[1] ?? ''
}

/** The entries of a tree object; `like` is another hash of the same repository. Throws for what is no tree. */
export function entriesOf(content: Uint8Array, like: string): TreeEntry[] {
  const tree = Buffer.from(content)
  const entries: TreeEntry[] = []
  for (let at = 0; at < tree.length;) {
    const space = tree.indexOf(0x20, at)
    const end = tree.indexOf(0, space)
    const next = end + 1 + like.length / 2
    if (space < at || end < space || next > tree.length) throw new Error('This is no tree.')
    entries.push({
      mode: tree.toString('latin1', at, space),
      name: tree.toString('latin1', space + 1, end),
      hash: tree.toString('hex', end + 1, next),
    })
    at = next
  }
  return entries
}

/** The tree object of entries. Git sorts by bytes, folders as if their names ended with a slash. */
export function treeOf(entries: TreeEntry[]): Buffer {
  const key = ({ mode, name }: TreeEntry) => (mode === '40000' ? `${name}/` : name)
  const sorted = entries.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  return Buffer.concat(sorted.flatMap(({ mode, name, hash }) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(hash, 'hex')]))
}

/** The hash of bytes, as git makes it in a repository with such hashes. */
export function hashOf(content: Uint8Array, like: string): Buffer {
  return createHash(like.length === 64 ? 'sha256' : 'sha1')
    .update(content)
    .digest()
}
