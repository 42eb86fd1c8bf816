import { createHash } from 'node:crypto'
import { type Ref } from '../contract/json.ts'
import { ArtifactMissing } from './missing.ts'
import { Pointer } from './pointer.ts'
import { s3Bucket, type S3Place } from './s3-client.ts'
import { keyOfName, longNames, nameOfKey, shortNames } from './s3-keys.ts'
import { type Sealing, unsealed } from './sealing.ts'
import { type ArtifactStore } from './store.ts'

export type { S3Place } from './s3-client.ts'

/** Artifacts as objects `content/<SHA-256>` of an S3 bucket, which several machines can share; keys as small objects in `keys/`. */
export function s3Store(place: S3Place, sealing?: Sealing): ArtifactStore {
  const bucket = s3Bucket(place)
  const read = async (sha256: string): Promise<Uint8Array> => {
    const kept = /^[0-9a-f]{64}$/.test(sha256) ? await bucket.read(`content/${sha256}`) : undefined
    if (kept === undefined) throw new ArtifactMissing(sha256, 'missing')
    const bytes = unsealed(sealing, kept, sha256)
    if (hash(bytes) !== sha256) throw new ArtifactMissing(sha256, 'damaged')
    return bytes
  }
  const pointer = async (name: string): Promise<Pointer | undefined> => {
    const bytes = await bucket.read(`keys/${name}`)
    return bytes && Pointer.parse(JSON.parse(Buffer.from(bytes).toString()))
  }
  const listed = async (beginning: string) => (await bucket.names(`keys/${beginning}`)).map((name) => name.slice('keys/'.length))

  return {
    ...(sealing ? { sealing } : {}),
    // Written even when it is there: one request instead of two, and what was damaged is mended.
    async put(content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      const sha256 = hash(bytes)
      const kept = sealing ? sealing.seal(bytes) : bytes
      await bucket.write(`content/${sha256}`, kept, sealing ? hash(kept) : sha256)
      return { sha256, bytes: bytes.length }
    },
    get: read,
    text: async (sha256) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(await read(sha256)),
    has: (sha256) =>
      read(sha256).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ArtifactMissing) return false
          throw error
        },
      ),
    async point(key, ref) {
      const content = contentOf(key, ref)
      await bucket.write(`keys/${nameOfKey(key)}`, content, hash(content))
    },
    async claim(key, ref) {
      const content = contentOf(key, ref)
      const name = nameOfKey(key)
      for (;;) {
        if (await bucket.create(`keys/${name}`, content, hash(content))) return ref
        // Refused: somebody's stands there, perhaps our own whose answer was lost; or somebody is writing it now, and it is not there yet.
        const standing = await pointer(name)
        if (standing) return standing.ref
      }
    },
    resolve: async (key) => (await pointer(nameOfKey(key)))?.ref,
    async keys(prefix) {
      const short = shortNames(prefix)
      const keys = short === undefined ? [] : (await listed(short)).map(keyOfName)
      const long = await Promise.all((await listed(longNames)).map(pointer))
      return [...keys, ...long.flatMap((found) => (found?.key.startsWith(prefix) ? [found.key] : []))].sort()
    },
    async remove(key) {
      const name = nameOfKey(key)
      const found = await pointer(name)
      if (found === undefined) return
      // The key last: as long as it is there, what is half removed can be removed again.
      await bucket.remove(`content/${found.ref.sha256}`)
      await bucket.remove(`keys/${name}`)
    },
  }
}

function contentOf(key: string, ref: Ref): Uint8Array {
  return Buffer.from(JSON.stringify({ key, ref } satisfies Pointer))
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
