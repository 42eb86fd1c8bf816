import { Fact } from '../contract/facts.ts'
import { ArtifactMissing } from './missing.ts'
import { type ArtifactStore } from './store.ts'

/** The facts that are kept under a prefix and have not expired, newest first; those that have are removed. */
export async function readFacts(store: ArtifactStore, prefix: string, now = Date.now()): Promise<Fact[]> {
  const keys = await store.keys(prefix)
  const found = await Promise.all(keys.map(async (key) => ({ key, fact: await readFact(store, key) })))
  const expired = found.filter(({ fact }) => fact && fact.expires <= now)
  await Promise.all(expired.map(({ key }) => store.remove(key)))
  return found.flatMap(({ fact }) => (fact && fact.expires > now ? [fact] : [])).sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
}

/** Undefined where it was forgotten meanwhile. */
async function readFact(store: ArtifactStore, key: string): Promise<Fact | undefined> {
  const ref = await store.resolve(key)
  if (ref === undefined) return undefined
  try {
    return Fact.parse(JSON.parse(await store.text(ref.sha256)))
  } catch (error) {
    if (error instanceof ArtifactMissing) return undefined
    throw error
  }
}
