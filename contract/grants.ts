import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { canonicalJson, digest } from './digest.ts'
import { type Json } from './json.ts'

/** Says who decides, and that whoever holds the key has looked: signed over exactly this decision, so that it proves no other. */
export const Grant = z.strictObject({
  by: z.string().min(1).max(200).describe('Who decides.'),
  roles: z.array(z.string().min(1).max(100)).max(50).describe('What they may answer for.'),
  expires: z.int().describe('Milliseconds since the epoch; a later decision needs a new grant.'),
  signature: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('HMAC-SHA-256 by the key of the workers, in hex.'),
})
export type Grant = z.output<typeof Grant>

/** What a grant is for. */
export interface Granted {
  run: string
  gate: string
  digest: string
  answer: string
  value?: Json | undefined
}

/** Shorter keys can be guessed. */
export const leastKey = 32

/** Signs a decision in somebody's name. */
export function signGrant(key: string, who: Omit<Grant, 'signature'>, granted: Granted): Grant {
  return { ...who, signature: signatureOf(key, who, granted) }
}

/** Why a grant proves nothing; undefined when one of the keys signed exactly this decision, and it has not expired at `now`. */
export function grantProblem(keys: string[], { signature, ...who }: Grant, granted: Granted, now: number): string | undefined {
  if (keys.length === 0) return 'The workers have no key to check grants with: set LOOPWRIGHT_GRANT_KEY where they run.'
  if (!keys.some((key) => isSame(signature, signatureOf(key, who, granted))))
    return 'The grant is not for this decision, or was not signed with the key of the workers.'
  return who.expires < now ? `The grant of ${who.by} expired at ${new Date(who.expires).toISOString()}.` : undefined
}

function signatureOf(
  key: string,
  { by, roles, expires }: Omit<Grant, 'signature'>,
  { run, gate, digest: about, answer, value }: Granted,
): string {
  const signed = canonicalJson({ run, gate, digest: about, answer, value: digest(value ?? null), by, roles, expires })
  return bytesToHex(hmac(sha256, utf8ToBytes(key), utf8ToBytes(signed)))
}

/** Takes as long for any two texts of one length. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < other.length; index++) difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}
