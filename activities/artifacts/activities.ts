import { type Activities } from '../activities.ts'
import { failure } from '../failure.ts'
import { whileAlive } from '../tools/alive.ts'
import { type World } from '../world.ts'
import { resolveText } from './texts.ts'

/** More than this would not fit into one payload; readers ask for less at once. */
const mostBytes = 48 * 1024

/** Brings texts into the artifact store and back. */
export function createArtifactActivities({ store }: World): Pick<Activities, 'putArtifacts' | 'getArtifacts'> {
  return {
    putArtifacts: (texts) => whileAlive(() => Promise.all(texts.map((text) => store.put(text)))),

    async getArtifacts(refs) {
      const bytes = refs.reduce((sum, ref) => sum + ref.bytes, 0)
      if (bytes <= mostBytes) return whileAlive(() => Promise.all(refs.map((ref) => resolveText(store, ref))))
      throw failure('PayloadRefused', `${bytes} bytes of artifacts were asked for at once; ${mostBytes} fit.`, {
        effect: 'no',
        next: 'Ask for fewer artifacts at once, or have an activity read them.',
      })
    },
  }
}
