import { type Policies } from '../../contract/policy/policy.ts'
import { builtInPolicy } from '../../contract/policy/standard.ts'
import { type Run } from './run.ts'

/** The policies that a run began under. */
export function policiesOf({ preflight }: Run): Policies {
  return preflight?.policy?.policies ?? builtInPolicy
}
