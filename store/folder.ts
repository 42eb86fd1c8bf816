import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ifAbsent } from './absent.ts'
import { writeAtomically } from './atomic.ts'
import { KeyFiles } from './keys.ts'
import { ArtifactMissing } from './missing.ts'
import { type Sealing, unsealed } from './sealing.ts'
import { type ArtifactStore } from './store.ts'

/** Artifacts as files `ab/cdef…` in a folder, which is made when the first one is put; keys as small files in `keys/`. */
export function folderStore(folder: string, sealing?: Sealing): ArtifactStore {
  const root = resolve(folder)
  const temporary = join(root, 'temporary')
  const keys = new KeyFiles(join(root, 'keys'), temporary)
  const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256.slice(2))

  const read = async (sha256: string): Promise<Uint8Array> => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new ArtifactMissing(sha256, 'missing')
    const kept = await readFile(pathOf(sha256)).catch(ifAbsent(undefined))
    if (kept === undefined) throw new ArtifactMissing(sha256, 'missing')
    const bytes = unsealed(sealing, kept, sha256)
    if (hash(bytes) !== sha256) throw new ArtifactMissing(sha256, 'damaged')
    return bytes
  }
  const has = async (sha256: string) => {
    try {
      await read(sha256)
      return true
    } catch (error) {
      if (error instanceof ArtifactMissing) return false
      throw error
    }
  }

  return {
    ...(sealing ? { sealing } : {}),
    async put(content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      const sha256 = hash(bytes)
      // What is there is read, not only looked for: a damaged file is mended by putting its bytes again.
      if (!(await has(sha256))) await writeAtomically(pathOf(sha256), sealing ? sealing.seal(bytes) : bytes, temporary)
      return { sha256, bytes: bytes.length }
    },
    get: read,
    // A byte order mark is part of the text: what was put comes back.
    text: async (sha256) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(await read(sha256)),
    has,
    point: (key, ref) => keys.write({ key, ref }),
    claim: (key, ref) => keys.claim({ key, ref }),
    resolve: (key) => keys.read(key),
    keys: (prefix) => keys.list(prefix),
    async remove(key) {
      const ref = await keys.read(key)
      if (ref === undefined) return
      // The key last: as long as it is there, what is half removed can be removed again.
      await rm(pathOf(ref.sha256), { force: true })
      await keys.remove(key)
    },
  }
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
