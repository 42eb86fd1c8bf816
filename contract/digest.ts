import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { type Json, type Ref } from './json.ts'

/** Strings over this many UTF-8 bytes are replaced by `{ sha256, bytes }` before a value is digested. */
const largeStringBytes = 512

/** SHA-256 of text (as UTF-8) or bytes, as 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return bytesToHex(sha256Bytes(typeof content === 'string' ? utf8ToBytes(content) : content))
}

/** The length of text in UTF-8 bytes. */
export function utf8Bytes(text: string): number {
  return utf8ToBytes(text).length
}

/** The reference under which the artifact store keeps this text. */
export function refOf(text: string): Ref {
  return { sha256: sha256(text), bytes: utf8Bytes(text) }
}

/** JSON with sorted keys and no white space; `undefined` members are dropped. The same value always gives the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  )
}

/** Replaces each string of more than `limit` UTF-8 bytes by its reference and hands it to `keep`. */
export function replaceLargeStrings(value: Json, limit: number, keep: (text: string, ref: Ref) => void): Json {
  if (typeof value === 'string') {
    if (value.length <= limit && utf8Bytes(value) <= limit) return value
    const ref = refOf(value)
    keep(value, ref)
    return { ...ref }
  }
  if (Array.isArray(value)) return value.map((item) => replaceLargeStrings(item, limit, keep))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceLargeStrings(member, limit, keep)]))
}

/** SHA-256 over canonical JSON, large strings first replaced by their references, so that text and its reference digest alike. */
export function digest(value: unknown): string {
  const plain = JSON.parse(canonicalJson(value) ?? 'null') as Json
  return sha256(canonicalJson(replaceLargeStrings(plain, largeStringBytes, () => {})))
}
