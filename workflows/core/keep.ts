import { refOf } from '../../contract/digest.ts'
import { type Ref } from '../../contract/json.ts'
import { activities } from './activities.ts'
import { currentRun } from './run.ts'

/** Puts a text into the artifact store, once per run, and gives its reference. Called inside a step. */
export async function keep(text: string, path: string): Promise<Ref> {
  const ref = refOf(text)
  const { keeping } = currentRun()
  while (!isKept(ref)) {
    const byAnother = keeping.get(ref.sha256)
    // A branch beside this one puts the same; if it is cut off, this one does it.
    if (byAnother) await byAnother.catch(() => {})
    else await put(ref, text, path)
  }
  return ref
}

async function put(ref: Ref, text: string, path: string): Promise<void> {
  const { keeping } = currentRun()
  const putting = activities(`${path}/keep`, { quick: true }).putArtifacts([text])
  keeping.set(ref.sha256, putting)
  try {
    await putting
    noteKept(ref)
  } finally {
    keeping.delete(ref.sha256)
  }
}

/** Whether this run has put a text into the artifact store. */
export function isKept({ sha256 }: Ref): boolean {
  return currentRun().kept.has(sha256)
}

/** Notes that a text was put into the artifact store. */
export function noteKept(ref: Ref): void {
  currentRun().kept.set(ref.sha256, ref)
}
