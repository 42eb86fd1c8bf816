import { writeWhole } from '../../store/atomic.ts'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { type GitAt } from './git.ts'
import { type GitObject, hashOf, nameOf } from './objects.ts'

const packTypes = { commit: 1, tree: 2, blob: 3 }

/** A pack of whole objects, as `index-pack` reads it; `like` is a hash of the same repository. */
export function packOf(objects: GitObject[], like: string): Buffer {
  return joined(objects.map(entryOf), like)
}

/** Writes objects as a pack and its index, as git does, into a git dir. */
export function writePackFile({ gitDir }: GitAt, objects: GitObject[], like: string): void {
  const entries = objects.map(entryOf)
  const pack = joined(entries, like)
  const folder = join(gitDir, 'objects', 'pack')
  const name = join(folder, `pack-${pack.subarray(-like.length / 2).toString('hex')}`)
  writeWhole(`${name}.pack`, pack)
  // A pack counts once its index is there, so the index comes last.
  writeWhole(`${name}.idx`, indexOf(objects, entries, pack, like))
}

function entryOf({ type, content }: GitObject): Buffer {
  return Buffer.concat([sizeOf(packTypes[type], content.length), deflateSync(content)])
}

function joined(entries: Buffer[], like: string): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0')
  head.writeUInt32BE(entries.length, 8)
  const body = Buffer.concat([head, ...entries])
  return Buffer.concat([body, hashOf(body, like)])
}

/** Version 2: how many names begin with at most each byte, the names sorted, their check sums, and where each stands. */
function indexOf(objects: GitObject[], entries: Buffer[], pack: Buffer, like: string): Buffer {
  let at = 12
  const lines = entries.map((entry, index) => {
    const line = { name: nameOf(objects[index]!, like), sum: crc32(entry), at }
    at += entry.length
    return line
  })
  lines.sort((a, b) => (a.name < b.name ? -1 : 1))
  const fan = Array.from({ length: 256 }, (_, byte) => lines.filter(({ name }) => parseInt(name.slice(0, 2), 16) <= byte).length)
  const head = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2])
  const names = Buffer.from(lines.map(({ name }) => name).join(''), 'hex')
  const body = Buffer.concat([
    ...[head, words(fan), names, words(lines.map(({ sum }) => sum)), words(lines.map((line) => line.at))],
    pack.subarray(-like.length / 2),
  ])
  return Buffer.concat([body, hashOf(body, like)])
}

function words(numbers: number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 4)
  for (const [index, number] of numbers.entries()) buffer.writeUInt32BE(number, index * 4)
  return buffer
}

/** Four bits of the size beside the type, then seven in each byte; the top bit says that another one follows. */
function sizeOf(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)]
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes.push((bytes.pop() ?? 0) | 0x80, rest & 127)
  }
  return Buffer.from(bytes)
}
