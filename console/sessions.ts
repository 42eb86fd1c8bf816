import { findToken, hashOf, type Identity, type StoredToken } from './identity.ts'
import { newSecret } from './tokens.ts'

/** How long a browser stays signed in, and how long a one-time code holds. */
const sessionMilliseconds = 12 * 3_600_000
const codeMilliseconds = 10 * 60_000
const mostSessions = 1_000

/** Who is signed in, in the memory of this process alone: when it ends, everybody signs in again. */
export interface Sessions {
  /** A code that signs somebody in once. */
  invite(identity: Identity): string
  /** The token of a browser for a code; undefined when the code was used, has expired or never was. */
  redeem(code: string): { token: string; identity: Identity } | undefined
  /** The token of a browser for somebody with a token; it holds no longer than that one. */
  open(stored: StoredToken): string
  /** Whose token it is: one of the known ones, or that of a browser. */
  find(known: StoredToken[], secret: string): Identity | undefined
  end(secret: string): void
}

interface Session {
  identity: Identity
  expires: number
  /** The hash of the token that it was opened with. */
  of?: string
}

export function createSessions(clock: () => number = Date.now): Sessions {
  const codes = new Map<string, Session>()
  const sessions = new Map<string, Session>()
  const keep = (where: Map<string, Session>, session: Session) => {
    const [oldest] = where.keys()
    if (where.size >= mostSessions && oldest !== undefined) where.delete(oldest)
    const secret = newSecret()
    where.set(hashOf(secret), session)
    return secret
  }
  const live = (session: Session | undefined) => (session && session.expires > clock() ? session : undefined)
  const begin = (identity: Identity, of?: string) =>
    keep(sessions, { identity, expires: clock() + sessionMilliseconds, ...(of === undefined ? {} : { of }) })
  return {
    invite: (identity) => keep(codes, { identity, expires: clock() + codeMilliseconds }),
    redeem: (code) => {
      const found = live(codes.get(hashOf(code)))
      codes.delete(hashOf(code))
      return found && { token: begin(found.identity), identity: found.identity }
    },
    open: ({ name, roles, tenant, sha256 }) => begin({ name, roles, tenant }, sha256),
    find: (known, secret) => {
      const stored = findToken(known, secret, clock())
      if (stored) return { name: stored.name, roles: stored.roles, tenant: stored.tenant }
      // Looked up by the hash of a long random secret: how long that takes says nothing of others.
      const session = live(sessions.get(hashOf(secret)))
      const origin = session?.of === undefined ? undefined : known.find(({ sha256 }) => sha256 === session.of)
      const holds = session && (session.of === undefined || (origin && (origin.expires ?? Infinity) > clock()))
      return holds ? (origin ?? session.identity) : undefined
    },
    end: (secret) => void sessions.delete(hashOf(secret)),
  }
}
