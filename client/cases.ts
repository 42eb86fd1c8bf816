import { Case } from '../contract/cases.ts'
import { type Json } from '../contract/json.ts'
import { caseKey, casePrefix } from '../store/case-key.ts'
import { type ArtifactStore } from '../store/store.ts'
import { ClientProblem } from './problem.ts'
import { onlyOne } from './resolve.ts'

/** Which cases are wanted. */
export interface CaseFilter {
  workflow?: string
  status?: Case['status']
}

/** A case with what was best in it: `value`, and `verdict` and `attempt` where there was one. */
export interface ShownCase extends Case {
  candidate?: Json
}

/** The cases that are kept, newest first; no server is asked. */
export async function cases(store: ArtifactStore, { workflow, status }: CaseFilter = {}): Promise<Case[]> {
  const found = await Promise.all((await store.keys(casePrefix)).map((key) => readCase(store, key)))
  return found
    .filter((one) => (workflow ?? one.workflow) === one.workflow && (status ?? one.status) === one.status)
    .sort((a, b) => b.at - a.at)
}

/** The newest case of the only run that starts with a prefix. */
export async function showCase(store: ArtifactStore, prefix: string): Promise<ShownCase> {
  const keys = await store.keys(caseKey(prefix, '').slice(0, -1))
  if (keys.length === 0) throw new ClientProblem('NoSuchCase', `no case is kept of a run ${prefix}`, 'see the cases with: loopwright cases')
  const run = onlyOne(prefix, [...new Set(keys.map((key) => decodeURIComponent(key.split('/')[1] ?? '')))])
  const [newest] = (await Promise.all((await store.keys(caseKey(run, ''))).map((key) => readCase(store, key)))).sort((a, b) => b.at - a.at)
  const { best } = newest!
  return { ...newest!, ...(best ? { candidate: JSON.parse(await store.text(best.sha256)) as Json } : {}) }
}

async function readCase(store: ArtifactStore, key: string): Promise<Case> {
  const ref = await store.resolve(key)
  return Case.parse(JSON.parse(await store.text(ref?.sha256 ?? key)))
}
