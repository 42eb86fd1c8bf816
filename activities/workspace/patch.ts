import { type Patch, type WorkspaceAt } from '../../contract/workspace.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type World } from '../world.ts'
import { git, gitLine, gitList } from './git.ts'
import { requireCommit } from './restore.ts'
import { placesOf } from './places.ts'

const mostFiles = 50

/** The diff from a workspace's base to its commit, kept as an artifact that `git apply` understands. */
export async function makePatch(world: World, workspace: WorkspaceAt): Promise<Patch> {
  await requireCommit(world, workspace)
  const { git: at } = placesOf(world, workspace.key)
  const { base, commit, pack } = workspace
  const diff = (...args: string[]) => ['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', ...args, base, commit]
  const [tree, text, files, counts] = await Promise.all([
    gitLine(at, ['rev-parse', `${commit}^{tree}`]),
    git(at, diff('--binary', '--full-index', '--src-prefix=a/', '--dst-prefix=b/')),
    gitList(at, diff('--name-only', '-z')),
    gitList(at, diff('--numstat', '-z')),
  ])
  crashPoint('patch.made')
  // A binary file counts as `-`.
  const sum = (column: number) => counts.reduce((total, line) => total + (Number(line.split('\t')[column]) || 0), 0)
  return { base, commit, pack, tree, diff: await world.store.put(text), files: files.slice(0, mostFiles), added: sum(0), removed: sum(1) }
}
