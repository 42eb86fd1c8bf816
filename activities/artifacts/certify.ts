import { crashPoint } from '../../store/crash-point.ts'
import { type Activities } from '../activities.ts'
import { whileAlive } from '../tools/alive.ts'
import { type World } from '../world.ts'

/** The activity that keeps the closing record of a run, where `certificate/<run>` finds it. */
export function createCertify({ store }: World): Activities['certify'] {
  return ({ run, record }) =>
    whileAlive(async () => {
      const pieces = typeof record === 'string' ? [record] : await Promise.all(record.map(({ sha256 }) => store.text(sha256)))
      const ref = await store.put(pieces.join(''))
      crashPoint('certify.stored')
      await store.point(`certificate/${run}`, ref)
      return ref
    })
}
