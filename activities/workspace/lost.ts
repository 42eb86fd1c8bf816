import { failure } from '../failure.ts'
import { type World } from '../world.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { gitSays } from './git.ts'
import { placesOf } from './places.ts'

/** The state folder no longer has what the run recorded. */
export function lost(folder: string, commit: string): Error {
  return failure('WorkspaceLost', `The commit ${commit.slice(0, 10)} of this run is no longer in ${folder}; nothing was changed.`, {
    effect: 'no',
    next: 'Put the state folder back as it was, or start the run again.',
  })
}

/** Fails with `WorkspaceLost` when the workspace's commit cannot be restored. */
export async function requireCommit(world: World, { key, commit }: WorkspaceAt): Promise<void> {
  const places = placesOf(world, key)
  const there = await gitSays(places.git, ['cat-file', '-e', `${commit}^{commit}`], { accept: [128] }).catch(() => false)
  if (!there) throw lost(places.root, commit)
}
