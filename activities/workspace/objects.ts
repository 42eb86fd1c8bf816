import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { ifAbsent } from '../../store/absent.ts'
import { writeAtomically } from '../../store/atomic.ts'
import { git, type GitAt } from './git.ts'

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

/** A git object, read from its own file; from a pack, which only git can read, by git. */
export async function readObject(at: GitAt, type: 'commit' | 'tree', hash: string): Promise<Buffer> {
  const file = await readFile(pathOf(at, hash)).catch(ifAbsent(undefined))
  if (file === undefined) return git(at, ['cat-file', type, hash])
  const whole = inflateSync(file)
  return whole.subarray(whole.indexOf(0) + 1)
}

/** Writes a git object as git does, and returns its hash; `like` is another hash of the same repository. */
export async function writeObject(at: GitAt, { type, content }: GitObject, like: string): Promise<string> {
  const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content])
  const hash = hashOf(whole, like).toString('hex')
  await writeAtomically(pathOf(at, hash), deflateSync(whole), join(at.gitDir, 'objects', 'temporary'))
  return hash
}

/** The entries of a tree object; `like` is another hash of the same repository. */
export function entriesOf(tree: Buffer, like: string): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < tree.length;) {
    const space = tree.indexOf(0x20, at)
    const end = tree.indexOf(0, space)
    const next = end + 1 + like.length / 2
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

const packTypes = { commit: 1, tree: 2, blob: 3 }

/** A pack of whole objects, as `index-pack` reads it; `like` is a hash of the same repository. */
export function packOf(objects: GitObject[], like: string): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0')
  head.writeUInt32BE(objects.length, 8)
  const body = Buffer.concat([
    head,
    ...objects.flatMap(({ type, content }) => [sizeOf(packTypes[type], content.length), deflateSync(content)]),
  ])
  return Buffer.concat([body, hashOf(body, like)])
}

/** Four bits of the size beside the type, then seven in each byte; the top bit says that another one follows. */
function sizeOf(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)]
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes.push((bytes.pop() ?? 0) | 0x80, rest & 127)
  }
  return Buffer.from(bytes)
}

function hashOf(content: Uint8Array, like: string): Buffer {
  return createHash(like.length === 64 ? 'sha256' : 'sha1')
    .update(content)
    .digest()
}

function pathOf({ gitDir }: GitAt, hash: string): string {
  return join(gitDir, 'objects', hash.slice(0, 2), hash.slice(2))
}
