import { sha256 } from '../../contract/digest.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'
import { git, GitFailed, gitLine, gitSays } from './git.ts'
import { requireCommit } from './restore.ts'
import { placesOf } from './places.ts'
import { findSource, refuse, type Source } from './source.ts'

/**
 * Brings a workspace's commit into the source as the new branch `loopwright/<run>`: objects and one ref; working tree, index and HEAD stay.
 * Repeatable: the branch being there with this commit is success, with another one a failure that names it.
 */
export async function deliverPatch(world: World, run: string, workspace: WorkspaceAt): Promise<{ branch: string }> {
  await requireCommit(world, workspace)
  const source = await findSource(workspace.source)
  const branch = branchOf(run)
  if (await isDelivered(source, branch, workspace.commit)) return { branch }
  await copyObjects(world, workspace, source)
  const none = '0'.repeat(workspace.commit.length)
  try {
    await git(source.git, ['update-ref', '-m', 'loopwright: result of a run', `refs/heads/${branch}`, workspace.commit, none])
  } catch (error) {
    // Somebody may have made it meanwhile; this throws when it is another commit.
    if (await isDelivered(source, branch, workspace.commit)) return { branch }
    if (!(error instanceof GitFailed)) throw error
    throw refuse(
      `The branch ${branch} cannot be made in ${source.path} (${error.message})`,
      'Rename the branch that is in its way, then deliver again.',
    )
  }
  return { branch }
}

/** A branch name that every git accepts; the hash keeps runs apart whose ids differ only in replaced characters. */
export function branchOf(run: string): string {
  const plain = run
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 100)
  return `loopwright/${plain === run ? plain : `${plain || 'run'}-${sha256(run).slice(0, 8)}`}`
}

async function isDelivered(source: Source, branch: string, commit: string): Promise<boolean> {
  const there = await gitLine(source.git, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`], { accept: [1] })
  if (there !== '' && there !== commit)
    throw refuse(
      `The branch ${branch} is already in ${source.path}, at another commit, ${there.slice(0, 10)}`,
      'Rename or delete that branch, then deliver again.',
    )
  return there === commit
}

async function copyObjects(world: World, { key, base, commit }: WorkspaceAt, source: Source): Promise<void> {
  if (!(await gitSays(source.git, ['cat-file', '-e', `${base}^{commit}`], { accept: [128] })))
    throw refuse(
      `The commit ${base.slice(0, 10)} that the run began at is no longer in ${source.path}`,
      'Apply the patch file of the run instead.',
    )
  const pack = await git(placesOf(world, key).git, ['pack-objects', '--quiet', '--revs', '--stdout'], { input: `${commit}\n^${base}\n` })
  await git(source.git, ['unpack-objects', '-q'], { input: pack })
}
