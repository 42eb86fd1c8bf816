import { refOf } from '../../contract/digest.ts'
import { type Ref } from '../../contract/json.ts'
import { activities } from './activities.ts'
import { currentRun } from './run.ts'

/** Puts a text into the artifact store, once per run, and gives its reference. Called inside a step. */
export async function keep(text: string, path: string): Promise<Ref> {
  const run = currentRun()
  const ref = refOf(text)
  const known = run.kept.get(ref.sha256)
  if (known) return known
  await activities(`${path}/keep`, { quick: true }).putArtifacts([text])
  run.kept.set(ref.sha256, ref)
  return ref
}
