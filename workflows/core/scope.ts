import { AsyncLocalStorage } from '@temporalio/workflow'
import { type Budget } from './ledger.ts'

/** Where the code that is running stands: the path of the innermost open group, what was counted under it, and the budgets it falls under. */
export interface Scope {
  path: string
  counts: Map<string, number>
  budgets: Budget[]
}

const storage = new AsyncLocalStorage<Scope>()

/** The scope of the calling code; outside every group, the root. */
export function currentScope(root: Scope): Scope {
  return storage.getStore() ?? root
}

/** Runs code inside a group. */
export function inScope<T>(scope: Scope, body: () => Promise<T>): Promise<T> {
  return storage.run(scope, body)
}

/** The path of the next `name` under a scope, or of the one with a given number: `loop#1/attempt#3`. */
export function nextPath(scope: Scope, called: string, number?: number): string {
  // Names may be a user's; these two characters make paths.
  const name = called.replaceAll(/[/#]/g, '-')
  const occurrence = number ?? (scope.counts.get(name) ?? 0) + 1
  scope.counts.set(name, occurrence)
  return scope.path === '' ? `${name}#${occurrence}` : `${scope.path}/${name}#${occurrence}`
}
