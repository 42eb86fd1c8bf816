import { type Ref } from '../../contract/json.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { type Pack, readPack } from './pack.ts'

/** A pack can't be read, or is not what the run recorded; the message is the second half of a sentence. */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken'
}

/** The packs that restore a workspace's commit, the base's first. Throws `ChainBroken`. */
export async function chainOf(store: ArtifactStore, { base, commit, pack }: WorkspaceAt): Promise<Pack[]> {
  const chain: Pack[] = []
  for (let next: Ref | undefined = pack; next; next = chain[0]?.head.parent) {
    const found: Pack = await readPack(store, next).catch(unreadable(next))
    const { head } = found
    const above = chain[0]?.head.depth ?? Infinity
    if (head.base !== base || head.depth >= above || (head.depth === 0) !== (head.parent === undefined))
      throw new ChainBroken(`its pack ${next.sha256} belongs to another workspace`)
    chain.unshift(found)
  }
  if (!chain.some(({ head }) => head.commit === commit)) throw new ChainBroken(`its pack ${pack.sha256} holds another commit`)
  return chain
}

function unreadable({ sha256 }: Ref): (error: unknown) => never {
  return (error) => {
    const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : ''
    if (name === 'ArtifactMissing' && error instanceof Error) throw new ChainBroken(brief(error.message))
    if (name === 'ZodError' || name === '$ZodError' || name === 'SyntaxError') throw new ChainBroken(`the artifact ${sha256} is no pack`)
    throw error
  }
}

/** A sentence as the half of another one. */
export function brief(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '')
}
