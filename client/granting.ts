import { type Grant, type Granted, leastKey, signGrant } from '../contract/grants.ts'
import { ClientProblem } from './problem.ts'

/** How long a grant holds: long enough for a worker that has to come back first. */
const lifeMilliseconds = 3_600_000

/** Who decides, as whoever holds the key knows them. */
export interface Decider {
  by: string
  roles?: string[]
}

/** Signs a decision with the workers' key of this environment, LOOPWRIGHT_GRANT_KEY; fails with `NoKey` where there is none. */
export function grantFor(environment: Record<string, string | undefined>, { by, roles = [] }: Decider, granted: Granted): Grant {
  const [key = ''] = (environment['LOOPWRIGHT_GRANT_KEY'] ?? '').split(',').map((part) => part.trim())
  if (key.length >= leastKey) return signGrant(key, { by, roles, expires: Date.now() + lifeMilliseconds }, granted)
  const message = `nobody can be vouched for here: LOOPWRIGHT_GRANT_KEY ${key === '' ? 'is not set' : `has fewer than ${leastKey} characters`}`
  throw new ClientProblem('NoKey', message, 'set it to the key that the workers were started with, or decide where it is set')
}
