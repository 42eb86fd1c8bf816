import { ApplicationFailure } from '@temporalio/common'
import { sha256 } from '../../contract/digest.ts'
import { type Delivered, type Delivery, type WorkspaceAt } from '../../contract/workspace.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type World } from '../world.ts'
import { type GitAt, git, GitFailed, gitLine, gitSays } from './git.ts'
import { requireCommit } from './restore.ts'
import { placesOf } from './places.ts'
import { findSource, refuse, type Source } from './source.ts'

/**
 * Brings a workspace's tree into the source as one commit on the base, the new branch `loopwright/<run>`: objects and one ref; working tree,
 * index and HEAD stay. Repeatable: the branch being there with this commit is success. What was accepted stays accepted when no branch can be
 * made: then the answer says why, in words.
 */
export async function deliverPatch(world: World, delivery: Delivery): Promise<Delivered> {
  try {
    return await deliver(world, delivery)
  } catch (error) {
    const told = error instanceof GitFailed && !error.ended ? `${error.message}.` : refusal(error)
    if (told === undefined) throw error
    const show = `\`loopwright show ${delivery.run}\` writes the patch file and prints the command that applies it.`
    return { undelivered: `No branch was made: ${told} ${show}` }
  }
}

function refusal(error: unknown): string | undefined {
  const known = error instanceof ApplicationFailure && (error.type === 'RepositoryRefused' || error.type === 'WorkspaceLost')
  return known ? error.message : undefined
}

async function deliver(world: World, { run, workspace, message, at }: Delivery): Promise<Delivered> {
  const source = await findSource(workspace.source)
  const branch = branchOf(run)
  await requireCommit(world, workspace)
  const own = placesOf(world, workspace.key).git
  const commit = await gitLine(own, ['commit-tree', `${workspace.commit}^{tree}`, '-p', workspace.base], { input: message, date: at })
  crashPoint('deliver.made')
  if (await isDelivered(source, branch, commit)) return { branch }
  await copyObjects(own, { ...workspace, commit }, source)
  crashPoint('deliver.copied')
  const none = '0'.repeat(commit.length)
  try {
    await git(source.git, ['update-ref', '-m', 'loopwright: result of a run', `refs/heads/${branch}`, commit, none])
    crashPoint('deliver.done')
  } catch (error) {
    // Somebody may have made it meanwhile; this throws when it is another commit.
    if (await isDelivered(source, branch, commit)) return { branch }
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

async function copyObjects(own: GitAt, { base, commit }: WorkspaceAt, source: Source): Promise<void> {
  if (!(await gitSays(source.git, ['cat-file', '-e', `${base}^{commit}`], { accept: [128] })))
    throw refuse(
      `The commit ${base.slice(0, 10)} that the run began at is no longer in ${source.path}`,
      'Apply the patch file of the run instead.',
    )
  const pack = await git(own, ['pack-objects', '--quiet', '--revs', '--stdout'], { input: `${commit}\n^${base}\n` })
  crashPoint('deliver.copying')
  await git(source.git, ['unpack-objects', '-q'], { input: pack })
}
