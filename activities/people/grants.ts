import { type Granted, type Grant, grantProblem } from '../../contract/grants.ts'
import { type Activities } from '../activities.ts'
import { type World } from '../world.ts'

/** The variable with the key of grants; several keys are separated by commas, so that one can follow another. */
export const grantKeyVariable = 'LOOPWRIGHT_GRANT_KEY'

/** The activity that checks who a decision is from. */
export function createCheckGrant({ environment }: Pick<World, 'environment'>): Activities['checkGrant'] {
  return ({ grant, granted }: { grant: Grant; granted: Granted }) => {
    const problem = grantProblem(keysOf(environment), grant, granted, Date.now())
    return Promise.resolve(problem === undefined ? { by: grant.by, roles: grant.roles } : { problem })
  }
}

/** The keys that sign and check grants, the first of them signs. */
export function keysOf(environment: Record<string, string | undefined>): string[] {
  return (environment[grantKeyVariable] ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
}
