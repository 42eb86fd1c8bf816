import { canonicalJson } from '../../contract/digest.ts'
import { type Activities } from '../activities.ts'
import { type World } from '../world.ts'

/** The activity that keeps the closing record of a run, where `certificate/<run>` finds it. */
export function createCertify({ store }: World): Activities['certify'] {
  return async ({ run, certificate }) => {
    const ref = await store.put(canonicalJson(certificate))
    await store.point(`certificate/${run}`, ref)
    return ref
  }
}
