import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'
import { gitSays } from './git.ts'
import { checkoutOf } from './places.ts'

/** Whether .gitignore keeps a file that no commit has out of every commit. */
export async function isIgnored(world: World, workspace: WorkspaceAt, folder: string, path: string): Promise<boolean> {
  if (!(await mayBeIgnored(folder, path))) return false
  return gitSays(checkoutOf(world, workspace.key, folder), ['check-ignore', '--quiet', '--', path], { accept: [128] })
}

/** Our git dirs and settings name nothing to ignore. */
async function mayBeIgnored(folder: string, path: string): Promise<boolean> {
  const above = dirname(path)
  if (await lstat(join(folder, above, '.gitignore')).catch(() => undefined)) return true
  return above !== '.' && mayBeIgnored(folder, above)
}
