import { open } from 'node:fs/promises'
import { z } from 'zod'
import { Ref } from '../../contract/json.ts'
import { type ArtifactStore } from '../../store/store.ts'

/** The longest chain of packs above that of the base; the next step's pack then holds everything since the base. */
export const mostDepth = 32
/** Smaller packs stand in the artifact of their head, larger ones beside it. */
const inlineBytes = 256 * 1024
/** A large pack is kept in pieces of this size: only one is in memory at a time. */
const pieceBytes = 16 * 1024 * 1024

const Hash = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)

/**
 * The first line of a pack artifact, as JSON; after it the git pack itself, unless it stands in `pieces`. It holds a commit and those objects of
 * its tree that the tree of the parent pack's commit has not.
 */
const Head = z.strictObject({
  format: z.literal('loopwright-pack-1'),
  base: Hash,
  commit: Hash,
  /** How many packs lie between this one and the base's, which has depth 0 and no parent. */
  depth: z.int().min(0).max(mostDepth),
  parent: Ref.optional(),
  /** The base's pack. */
  origin: Ref.optional(),
  pieces: z.array(Ref),
})
export type Head = z.infer<typeof Head>

/** A pack as it is read: its head, and what stood behind it. */
export interface Pack {
  ref: Ref
  head: Head
  inline: Uint8Array
}

/** Keeps a pack, given as bytes or as the file that it is in, and returns the one reference that restores it. */
export async function keepPack(
  store: ArtifactStore,
  about: Omit<Head, 'format' | 'pieces'>,
  pack: { bytes: Uint8Array } | { file: string },
): Promise<Ref> {
  const inline = 'bytes' in pack && pack.bytes.length <= inlineBytes ? pack.bytes : new Uint8Array()
  const pieces: Ref[] = []
  if (inline.length === 0)
    for await (const piece of 'file' in pack ? piecesIn(pack.file) : piecesOf(pack.bytes)) pieces.push(await store.put(piece))
  const head: Head = { format: 'loopwright-pack-1', ...about, pieces }
  return store.put(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), inline]))
}

/** Reads the head of a pack; throws `ArtifactMissing` when it is not there, and a plain error when it is no pack. */
export async function readPack(store: ArtifactStore, ref: Ref): Promise<Pack> {
  const bytes = await store.get(ref.sha256)
  const end = bytes.indexOf(0x0a)
  const line = Buffer.from(bytes.subarray(0, end)).toString()
  return { ref, head: Head.parse(JSON.parse(line)), inline: bytes.subarray(end + 1) }
}

/** Writes the git pack of an artifact into a new file, piece by piece. */
export async function writePack(store: ArtifactStore, { head, inline }: Pack, path: string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(inline)
    for (const { sha256 } of head.pieces) await file.writeFile(await store.get(sha256))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** No buffer is larger than what is left of the file: one of 16 MiB for a small pack would cost a collection of all garbage. */
async function* piecesIn(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    for (let rest = (await file.stat()).size; rest > 0;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(rest, pieceBytes)))
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read.`)
      rest -= bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}
