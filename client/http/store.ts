import { ArtifactMissing } from '../../store/missing.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { ClientProblem } from '../problem.ts'
import { type Api, ask } from './call.ts'

/** The artifacts of an API, to be read. */
export function storeOverHttp(api: Api): ArtifactStore {
  const get = async (sha256: string) => {
    const response = await ask(api, 'artifact', { parameters: { sha256 } }).catch((problem: unknown) => {
      throw problem instanceof ClientProblem && problem.type === 'NotFound' ? new ArtifactMissing(sha256, 'missing') : problem
    })
    return new Uint8Array(await response.arrayBuffer())
  }
  const refuse = () =>
    Promise.reject(
      new ClientProblem('NotOverHttp', 'artifacts can only be read over HTTP; nothing was written', 'do it where the artifact store is'),
    )
  return {
    get,
    text: async (sha256) => new TextDecoder().decode(await get(sha256)),
    has: (sha256) =>
      get(sha256).then(
        () => true,
        () => false,
      ),
    put: refuse,
    point: refuse,
    claim: refuse,
    resolve: refuse,
    keys: refuse,
    remove: refuse,
  }
}
