import { type Fact, factLimits, type FactScope } from '../../contract/facts.ts'
import { factsOf } from '../../store/fact-key.ts'
import { type ArtifactStore } from '../../store/store.ts'

/** Whose memory is meant: the prefix under which its facts are kept, and how it is called. */
export interface Shelf {
  scope: FactScope
  of: string
  prefix: string
}

/** The memories that a run may use. One of a workflow is of the runs of one tenant. */
export function shelvesOf(run: string, { workflow, tenant }: { workflow: string; tenant?: string }): Record<FactScope, Shelf | undefined> {
  return {
    run: { scope: 'run', of: run, prefix: factsOf('run', run) },
    workflow: { scope: 'workflow', of: workflow, prefix: factsOf('workflow', workflow, tenant) },
    tenant: tenant === undefined ? undefined : { scope: 'tenant', of: tenant, prefix: factsOf('tenant', tenant, tenant) },
  }
}

/** Keeps a fact under its id, unless it is kept already: the same call made again is the same fact. */
export async function keepFact(store: ArtifactStore, prefix: string, fact: Fact): Promise<void> {
  const key = `${prefix}${fact.id}`
  if ((await store.resolve(key)) === undefined) await store.claim(key, await store.put(JSON.stringify(fact)))
}

/** Whether a memory has room for one more. */
export const hasRoom = (facts: Fact[]): boolean => facts.length < factLimits.facts

/** Forgets what a run remembered for itself alone. */
export async function forgetRun(store: ArtifactStore, run: string): Promise<void> {
  for (const key of await store.keys(factsOf('run', run))) await store.remove(key)
}
