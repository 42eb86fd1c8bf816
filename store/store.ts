import { type Ref } from '../contract/json.ts'
import { type Sealing } from './sealing.ts'

/** Where large things live, by the hash of their bytes. Every implementation passes `test/store.contract.ts`. */
export interface ArtifactStore {
  /** How its content is encrypted, and the payloads of whoever uses it; absent where it is not. Names stay those of the plain bytes. */
  sealing?: Sealing
  /** Keeps bytes (text as UTF-8) and returns their name. Putting the same bytes twice is the same as once. */
  put(content: string | Uint8Array): Promise<Ref>
  /** The bytes of a reference; throws `ArtifactMissing` when they are not there or do not match the hash. */
  get(sha256: string): Promise<Uint8Array>
  /** As `get`, read as UTF-8. */
  text(sha256: string): Promise<string>
  has(sha256: string): Promise<boolean>
  /** Points a readable key (`history/<workflow id>/<run id>`) at an artifact; the last writer wins. */
  point(key: string, ref: Ref): Promise<void>
  /**
   * Points a key at an artifact unless it points at one already, and returns what it points at from now on: the first claim stands, and a repeated
   * one hears the same. Atomic among all processes of the store, and kept for good before it returns; whoever reads later sees it. A claimed
   * key is never pointed elsewhere. (S3: a conditional put, `If-None-Match: *`; when that is refused, what `resolve` says.)
   */
  claim(key: string, ref: Ref): Promise<Ref>
  /** What a key points at, or undefined. */
  resolve(key: string): Promise<Ref | undefined>
  /** The keys that start with a prefix, sorted. */
  keys(prefix: string): Promise<string[]>
  /** Takes a key away for good, and before it the artifact that it points at: only for what nothing else names. A key that is not there is none. */
  remove(key: string): Promise<void>
}
