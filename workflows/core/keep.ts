import { refOf } from '../../contract/digest.ts'
import { type Ref } from '../../contract/json.ts'
import { activities } from './activities.ts'
import { currentRun } from './run.ts'

/** Puts a text into the artifact store, once per run, and gives its reference. Called inside a step. */
export async function keep(text: string, path: string): Promise<Ref> {
  const ref = refOf(text)
  if (isKept(ref)) return ref
  await activities(`${path}/keep`, { quick: true }).putArtifacts([text])
  noteKept(ref)
  return ref
}

/** Whether this run has put a text into the artifact store. */
export function isKept({ sha256 }: Ref): boolean {
  return currentRun().kept.has(sha256)
}

/** Notes that a text was put into the artifact store. */
export function noteKept(ref: Ref): void {
  currentRun().kept.set(ref.sha256, ref)
}
