import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'
import { git, gitList } from './git.ts'
import { requireCommit } from './restore.ts'
import { placesOf } from './places.ts'

const changes = { A: 'added', D: 'deleted', M: 'changed', T: 'changed' } as const

/** The files that differ between `workspace.base` and `workspace.commit`, renames not followed. */
export async function changedFiles(
  world: World,
  workspace: WorkspaceAt,
): Promise<{ path: string; change: 'changed' | 'deleted' | 'added' }[]> {
  await requireCommit(world, workspace)
  const at = placesOf(world, workspace.key).git
  const parts = await gitList(at, ['diff-tree', '-r', '-z', '--name-status', '--no-renames', workspace.base, workspace.commit])
  return Array.from({ length: parts.length / 2 }, (_, index) => {
    const status = parts[2 * index]
    const known = status === 'A' || status === 'D' || status === 'M' || status === 'T' ? changes[status] : 'changed'
    return { path: parts[2 * index + 1] ?? '', change: known }
  })
}

/** A file's text at a commit; undefined when there is no such file. */
export async function readAt(world: World, workspace: WorkspaceAt, commit: string, path: string): Promise<string | undefined> {
  await requireCommit(world, { ...workspace, commit })
  const at = placesOf(world, workspace.key).git
  const [entry = ''] = await gitList(at, ['--literal-pathspecs', 'ls-tree', '-z', commit, '--', path])
  const tab = entry.indexOf('\t')
  const [, type, blob] = entry.slice(0, tab).split(' ')
  // `.` would give the first entry of the whole tree.
  return type === 'blob' && blob !== undefined && entry.slice(tab + 1) === path
    ? (await git(at, ['cat-file', 'blob', blob])).toString()
    : undefined
}
