import { type Patch, type WorkspaceAt } from '../../contract/workspace.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type World } from '../world.ts'
import { git, gitList } from './git.ts'
import { readObject, treeOfCommit } from './objects.ts'
import { requireCommit } from './restore.ts'
import { placesOf } from './places.ts'

const mostFiles = 50

/** The diff from a workspace's base to its commit, kept as an artifact that `git apply` understands. */
export async function makePatch(world: World, workspace: WorkspaceAt): Promise<Patch> {
  await requireCommit(world, workspace)
  const { git: at } = placesOf(world, workspace.key)
  const { base, commit, pack } = workspace
  const diff = (...args: string[]) => ['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', ...args, base, commit]
  const [tree, text, lines] = await Promise.all([
    readObject(at, 'commit', commit).then(treeOfCommit),
    git(at, diff('--binary', '--full-index', '--src-prefix=a/', '--dst-prefix=b/')),
    gitList(at, diff('--numstat', '-z')),
  ])
  const counts = lines.map((line) => line.split('\t'))
  const files = counts.map(([, , ...path]) => path.join('\t'))
  crashPoint('patch.made')
  // A binary file counts as `-`.
  const sum = (column: number) => counts.reduce((total, line) => total + (Number(line[column]) || 0), 0)
  return { base, commit, pack, tree, diff: await world.store.put(text), files: files.slice(0, mostFiles), added: sum(0), removed: sum(1) }
}
