import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ArtifactMissing } from './missing.ts'
import { StoreProblem } from './problem.ts'

/** Encrypts what is kept, and decrypts what comes back. */
export interface Sealing {
  /** AES-256-GCM by the first key, under a random nonce; the name of the key stands in front. */
  seal(plain: Uint8Array): Uint8Array
  /** What was sealed, by whichever key; throws `StoreProblem` for what is plain, unless that is accepted, changed, or sealed by a key that is not there. */
  open(sealed: Uint8Array): Uint8Array
  /** Whether what was never sealed is read as it is: only while one moves from plain to encrypted. */
  acceptsPlain: boolean
}

const magic = Buffer.from('LWSEAL1\n')
const idBytes = 8
const nonceBytes = 12
const tagBytes = 16
const headBytes = magic.length + idBytes + nonceBytes
const variable = 'LOOPWRIGHT_ENCRYPTION_KEY'

/** Whether bytes were sealed by anybody. */
export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length >= headBytes + tagBytes && magic.equals(bytes.subarray(0, magic.length))
}

/**
 * The sealing that LOOPWRIGHT_ENCRYPTION_KEY, or the file that LOOPWRIGHT_ENCRYPTION_KEY_FILE names, asks for: keys of 32 bytes as base64 or hex, separated by white space
 * or commas. The first encrypts, all decrypt. Undefined where neither is set; throws `StoreProblem` where a key is none.
 */
export function sealingOf(environment: Record<string, string | undefined>): Sealing | undefined {
  const text = environment[variable]?.trim() || fromFile(environment[`${variable}_FILE`]?.trim())
  if (!text) return undefined
  const keys = text.split(/[\s,]+/).map(keyOf)
  const first = keys[0]!
  const acceptsPlain = environment['LOOPWRIGHT_ENCRYPTION_PLAIN']?.trim() === 'accept'
  return {
    acceptsPlain,
    seal(plain) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce)
      const head = Buffer.concat([magic, first.id, nonce])
      cipher.setAAD(head)
      return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed) {
      if (!isSealed(sealed)) {
        if (acceptsPlain) return sealed
        throw new StoreProblem(
          'what was read is not encrypted, and encryption is on',
          'to move what is there, set LOOPWRIGHT_ENCRYPTION_PLAIN=accept until the old runs are cleaned; otherwise somebody put it there who has no key',
        )
      }
      const id = Buffer.from(sealed.subarray(magic.length, magic.length + idBytes))
      const own = keys.find((known) => known.id.equals(id))
      if (!own)
        throw new StoreProblem(
          `what was read is encrypted with the key ${id.toString('hex')}, and ${variable} has only ${keys.map((known) => known.id.toString('hex')).join(', ')}`,
          `add that key behind the others in ${variable}`,
        )
      return opened(own.key, sealed)
    },
  }
}

/** An artifact's bytes out of what a driver kept; what can't have been put under that name is damaged. */
export function unsealed(sealing: Sealing | undefined, kept: Uint8Array, sha256: string): Uint8Array {
  if (!sealing) return kept
  try {
    return sealing.open(kept)
  } catch (error) {
    const foreign = !isSealed(kept) && createHash('sha256').update(kept).digest('hex') !== sha256
    if (foreign || error instanceof Broken) throw new ArtifactMissing(sha256, 'damaged')
    throw error
  }
}

/** What was sealed is no longer what it was. */
class Broken extends StoreProblem {}

function opened(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(headBytes - nonceBytes, headBytes))
  decipher.setAAD(sealed.subarray(0, headBytes))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headBytes, -tagBytes)), decipher.final()])
  } catch (cause) {
    throw new Broken('what was read was changed after it was encrypted', 'restore it from a copy', cause)
  }
}

/** A key, and the name that stands in front of what it seals: nothing can be told of the key from it. */
function keyOf(text: string, index: number): { key: Buffer; id: Buffer } {
  const key = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64')
  if (key.length !== 32 || (!/^[0-9a-f]{64}$/i.test(text) && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)))
    throw new StoreProblem(`key ${index + 1} of ${variable} is not 32 bytes as base64 or hex`, 'make one with: openssl rand -base64 32')
  return { key, id: createHash('sha256').update('loopwright key name ').update(key).digest().subarray(0, idBytes) }
}

function fromFile(path: string | undefined): string | undefined {
  if (!path) return undefined
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new StoreProblem(`the key file ${path} cannot be read`, `mend ${variable}_FILE`, cause)
  }
}
