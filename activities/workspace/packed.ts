import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { type GitObject } from './objects.ts'

/** Larger ones are git's to read. */
const mostBytes = 20_000_000
const types = new Map([
  [1, 'commit'],
  [2, 'tree'],
  [3, 'blob'],
] as const)
const [offsetDelta, nameDelta] = [6, 7]
/** Deltas upon deltas; git itself makes 50. */
const deepest = 100

/** A file that is open, read at a place. */
type Reading = (at: number, bytes: number) => Buffer

/**
 * An object from the packs of an object folder, without git; undefined where no pack has it, or where it takes git to read it. What comes is not
 * compared with its name.
 */
export function readPacked(objects: string, hash: string, depth = 0): GitObject | undefined {
  if (depth > deepest) return undefined
  for (const name of indexesIn(objects)) {
    const at = reading(join(objects, 'pack', name), (index) => offsetIn(index, hash))
    const pack = join(objects, 'pack', `${name.slice(0, -'.idx'.length)}.pack`)
    if (at !== undefined)
      return reading(pack, (read) =>
        entryAt(read, at, { nameBytes: hash.length / 2, depth, named: (base) => readPacked(objects, base, depth + 1) }),
      )
  }
  return undefined
}

function indexesIn(objects: string): string[] {
  try {
    return readdirSync(join(objects, 'pack')).filter((name) => name.endsWith('.idx'))
  } catch {
    return []
  }
}

/** A pipe in its place is not waited for. Whatever is wrong with the file, git is asked then. */
function reading<T>(path: string, use: (read: Reading) => T | undefined): T | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    const { size } = fstatSync(file)
    const opened = file
    return use((at, bytes) => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(bytes, size - at)))
      readSync(opened, buffer, 0, buffer.length, at)
      return buffer
    })
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Where an index (version 2) says that an object stands in its pack. */
function offsetIn(read: Reading, hash: string): number | undefined {
  const wanted = Buffer.from(hash, 'hex')
  const head = read(0, 8 + 256 * 4)
  if (head.readUInt32BE(0) !== 0xff744f63 || head.readUInt32BE(4) !== 2) return undefined
  const upTo = (byte: number) => (byte < 0 ? 0 : head.readUInt32BE(8 + byte * 4))
  const [first, end, all] = [upTo(wanted[0]! - 1), upTo(wanted[0]!), upTo(255)]
  const names = read(head.length + first * wanted.length, (end - first) * wanted.length)
  let found = names.indexOf(wanted)
  while (found >= 0 && found % wanted.length !== 0) found = names.indexOf(wanted, found + 1)
  if (found < 0) return undefined
  const number = first + found / wanted.length
  // After the names come four bytes for each, its check sum.
  const offsets = head.length + all * (wanted.length + 4)
  const offset = read(offsets + number * 4, 4).readUInt32BE(0)
  if (offset < 0x80000000) return offset
  return Number(read(offsets + all * 4 + (offset - 0x80000000) * 8, 8).readBigUInt64BE(0))
}

/** How the base of a delta is found. */
interface Bases {
  nameBytes: number
  depth: number
  named(hash: string): GitObject | undefined
}

function entryAt(read: Reading, at: number, bases: Bases): GitObject | undefined {
  if (bases.depth > deepest) return undefined
  const head = read(at, 128)
  let next = 0
  let byte = head[next++]!
  const kind = (byte >> 4) & 7
  let size = byte & 15
  for (let shift = 4; byte & 0x80; shift += 7) size += ((byte = head[next++]!) & 0x7f) * 2 ** shift
  if (size > mostBytes) return undefined
  const type = types.get(kind as 1 | 2 | 3)
  // At most this much: what deflate makes of what it can't make smaller.
  const inflate = (from: number) => inflateSync(read(at + from, size + Math.ceil(size / 1_000) + 64), { maxOutputLength: size || 1 })
  if (type) return { type, content: inflate(next) }
  let base: GitObject | undefined
  if (kind === offsetDelta) {
    let back = (byte = head[next++]!) & 0x7f
    while (byte & 0x80) back = (back + 1) * 128 + ((byte = head[next++]!) & 0x7f)
    base = entryAt(read, at - back, { ...bases, depth: bases.depth + 1 })
  } else if (kind === nameDelta) base = bases.named(head.toString('hex', next, (next += bases.nameBytes)))
  return base && { type: base.type, content: patched(base.content, inflate(next)) }
}

/** What a delta makes of its base: pieces of the base, and bytes of its own. */
function patched(base: Uint8Array, delta: Buffer): Buffer {
  let next = 0
  const number = () => {
    let [value, shift, byte] = [0, 0, 0x80]
    for (; byte & 0x80; shift += 7) value += ((byte = delta[next++]!) & 0x7f) * 2 ** shift
    return value
  }
  const [before, after] = [number(), number()]
  const pieces: Uint8Array[] = []
  while (next < delta.length) {
    const step = delta[next++]!
    if (step & 0x80) {
      const bits = (from: number, count: number) =>
        Array.from({ length: count }, (_, index) => (step & (1 << (from + index)) ? delta[next++]! * 2 ** (8 * index) : 0)).reduce(
          (a, b) => a + b,
        )
      const [from, bytes] = [bits(0, 4), bits(4, 3) || 0x10000]
      pieces.push(base.subarray(from, from + bytes))
    } else pieces.push(delta.subarray(next, (next += step)))
  }
  const whole = Buffer.concat(pieces)
  if (base.length !== before || whole.length !== after) throw new Error('The delta does not fit.')
  return whole
}
