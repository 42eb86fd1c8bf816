import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'
import { gitSays } from './git.ts'
import { checkoutOf } from './places.ts'

/** Whether .gitignore keeps a file of a checkout out of every commit. */
export async function isIgnored(world: World, workspace: WorkspaceAt, folder: string, path: string): Promise<boolean> {
  return gitSays(checkoutOf(world, workspace.key, folder), ['check-ignore', '--quiet', '--', path], { accept: [128] })
}
