import { type Fact } from '../contract/facts.ts'
import { factPrefix, factsOf } from '../store/fact-key.ts'
import { readFacts } from '../store/facts.ts'
import { type ArtifactStore } from '../store/store.ts'
import { ClientProblem } from './problem.ts'

/** Which facts are wanted. */
export interface FactFilter {
  scope?: Fact['scope']
  /** The run, workflow or tenant that they are remembered for. */
  of?: string
  /** That were remembered by runs of this tenant. */
  tenant?: string
}

/** Everything that is remembered, newest first; no server is asked. */
export async function facts(store: ArtifactStore, { scope, of, tenant }: FactFilter = {}): Promise<Fact[]> {
  const found = await readFacts(store, factPrefix)
  return found.filter(
    (fact) => (scope ?? fact.scope) === fact.scope && (of ?? fact.of) === fact.of && (tenant ?? fact.tenant) === fact.tenant,
  )
}

/** Forgets the fact of an id for good, and returns what it said; of those of one tenant, if one is named. */
export async function forgetFact(store: ArtifactStore, id: string, tenant?: string): Promise<Fact> {
  const fact = (await facts(store, tenant === undefined ? {} : { tenant })).find((known) => known.id === id)
  if (!fact)
    throw new ClientProblem(
      'NotFound',
      `no fact ${id.slice(0, 80)} is remembered; nothing was forgotten`,
      'see the facts with: loopwright facts',
    )
  await store.remove(`${factsOf(fact.scope, fact.of, fact.scope === 'run' ? undefined : fact.tenant)}${fact.id}`)
  return fact
}
