import { type Activities } from '../activities.ts'
import { whileAlive } from '../tools/alive.ts'
import { openRetriever } from './open.ts'

/** Searching a folder, as an activity. */
export function createRetrieve(): Activities['retrieve'] {
  return ({ query, limit, ...collection }) => whileAlive(async (signal) => (await openRetriever(collection)).search(query, limit, signal))
}
