import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ref } from '../../contract/json.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'
import { git, type GitAt } from './git.ts'
import { type GitObject } from './objects.ts'
import { packOf } from './pack-file.ts'
import { keepPack, mostDepth, readPack } from './pack.ts'
import { placesOf } from './places.ts'
import { refuse } from './source.ts'

/** The most that the files of a base commit may take, packed. */
const mostBaseBytes = 2_000_000_000

/** Keeps what the git dir of a freshly opened workspace holds, the base commit without its history, as the first pack. */
export async function keepBase({ store }: World, at: GitAt, base: string, most: number = mostBaseBytes): Promise<Ref> {
  const folder = join(at.gitDir, 'objects', 'pack')
  const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.pack'))
  const file = join(folder, name)
  const { size } = await stat(file)
  if (size > most)
    throw refuse(
      `The files of the commit ${base.slice(0, 10)} take ${size} bytes, packed, and a workspace keeps at most ${most}`,
      'Give a repository with fewer or smaller files.',
    )
  return keepPack(store, { base, commit: base, depth: 0 }, { file })
}

/** Keeps what a step's commit has and its parent pack has not (`made`, where that is known); after a long chain, what the base has not. */
export async function keepStep(world: World, workspace: WorkspaceAt, commit: string, made?: GitObject[]): Promise<Ref> {
  const { key, base, pack: parent } = workspace
  const { store } = world
  const { head } = await readPack(store, parent)
  const origin = head.origin ?? parent
  const full = head.depth >= mostDepth
  const about = { base, commit, depth: full ? 1 : head.depth + 1, parent: full ? origin : parent, origin }
  if (made && !full && head.commit === workspace.commit) return keepPack(store, about, { bytes: packOf(made, commit) })
  // `--shallow`: the commit alone, not those before it.
  const input = `--shallow ${commit}\n${commit}\n^${full ? base : head.commit}^{tree}\n`
  const settings = ['-c', 'pack.threads=1']
  const bytes = await git(placesOf(world, key).git, [...settings, 'pack-objects', '--quiet', '--revs', '--stdout'], { input })
  return keepPack(store, about, { bytes })
}
