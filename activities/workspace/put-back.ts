import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'
import { git } from './git.ts'
import { checkoutOf } from './places.ts'

/** Makes these files of a checkout what they are at the workspace's base; one that the base doesn't have is removed. */
export async function restoreFiles(
  world: World,
  workspace: WorkspaceAt,
  folder: string,
  changes: { path: string; change: 'changed' | 'deleted' | 'added' }[],
): Promise<void> {
  const checkout = checkoutOf(world, workspace.key, folder)
  await Promise.all(changes.filter(({ change }) => change === 'added').map(({ path }) => rm(join(folder, path), { force: true })))
  const there = changes.filter(({ change }) => change !== 'added').map(({ path }) => path)
  if (there.length === 0) return
  const from = ['--literal-pathspecs', 'checkout', workspace.base, '--pathspec-from-file=-', '--pathspec-file-nul']
  await git(checkout, from, { input: there.join('\0') })
}
