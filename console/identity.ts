import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Whose token it is, and what it may do. */
export interface Identity {
  name: string
  roles: string[]
  /** It sees and touches the runs of this tenant alone. */
  tenant?: string | undefined
}

/** A token as it is kept: by its hash alone. */
export const StoredToken = z.strictObject({
  name: z.string().min(1).max(200),
  roles: z.array(z.string().min(1).max(100)).max(50),
  tenant: z.string().min(1).max(200).optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  expires: z.int().optional().describe('Milliseconds since the epoch.'),
})
export type StoredToken = z.infer<typeof StoredToken>

/** Tokens are random and long, so that a plain hash of one says nothing about it. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** The token among the known ones; every one is compared, and each comparison takes as long as any other. */
export function findToken(known: StoredToken[], secret: string, now: number): StoredToken | undefined {
  const hash = Buffer.from(hashOf(secret), 'hex')
  const [found] = known.filter(({ sha256 }) => timingSafeEqual(hash, Buffer.from(sha256, 'hex')))
  return found && (found.expires ?? Infinity) > now ? found : undefined
}
