import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path'
import { type Ref } from '../../contract/json.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type World } from '../world.ts'
import { foreignIn } from './foreign.ts'
import { git, GitFailed, gitLine, gitList } from './git.ts'
import { isInside, realPlace } from './inside.ts'
import { keepStep } from './keep.ts'
import { type Checkout, checkoutOf, linksOf, placesOf, refName } from './places.ts'
import { noteLast } from './restorable.ts'

/** What a step left cannot become a commit; the message says why, and the commit before still stands. */
export class StepRefused extends Error {
  override readonly name = 'StepRefused'
}

/** Larger files are refused. */
export const mostFileBytes = 5_000_000

/**
 * Makes a commit of what a step left in its checkout, and a pack that restores it; doing the same step again gives the same hash, and no change gives the commit it began at.
 * Throws `StepRefused` for links that leave the workspace, repositories inside it, and files over 5 MB.
 */
export async function commitStep(
  world: World,
  workspace: WorkspaceAt,
  folder: string,
  stage: string,
): Promise<{ commit: string; pack: Ref; tree: string }> {
  const checkout = checkoutOf(world, workspace.key, folder)
  await refuseForeign(folder)
  const links = await linksOf(checkout)
  await refuseLargeFiles(checkout, links)
  await add(checkout, links)
  const tree = await gitLine(checkout, ['write-tree'])
  crashPoint('step.tree.written')
  if (tree === (await gitLine(checkout, ['rev-parse', `${workspace.commit}^{tree}`])))
    return { commit: workspace.commit, pack: workspace.pack, tree }
  await refuseModes(checkout, workspace.commit, tree)
  const commit = await gitLine(checkout, ['commit-tree', tree, '-p', workspace.commit], { input: `${stage}\n` })
  crashPoint('step.commit.made')
  await git(checkout, ['update-ref', `refs/loopwright/${refName(workspace.key)}/${refName(stage)}`, commit])
  crashPoint('step.ref.set')
  const pack = await keepStep(world, workspace, commit)
  crashPoint('step.packed')
  await noteLast(placesOf(world, workspace.key).root, { base: workspace.base, commit, pack })
  return { commit, pack, tree }
}

/** Before git looks at the folder: from a pipe it would wait for its settings. */
async function refuseForeign(folder: string): Promise<void> {
  const { repositories, specials } = await foreignIn(folder)
  const [nested] = repositories
  if (nested) throw new StepRefused(`${relative(folder, nested)} is a git repository inside the workspace; nothing was kept. Remove it.`)
  const read = specials.find((path) => basename(path).toLowerCase().startsWith('.git'))
  if (read) throw new StepRefused(`${relative(folder, read)} is not a regular file, and git reads it; nothing was kept. Remove it.`)
}

/** Links are taken out again afterwards: git refuses to exclude what .gitignore names already. */
async function add(checkout: Checkout, links: string[]): Promise<void> {
  try {
    await git(checkout, ['add', '--all', '--', '.'])
    if (links.length > 0)
      await git(checkout, ['--literal-pathspecs', 'rm', '--cached', '-r', '-f', '--quiet', '--ignore-unmatch', '--', ...links])
  } catch (error) {
    if (!(error instanceof GitFailed) || error.ended) throw error
    throw new StepRefused(`The changes cannot be committed; nothing was kept: ${error.message}.`)
  }
}

/** Before they are added, so that the git dir does not grow by what is refused. */
async function refuseLargeFiles(checkout: Checkout, links: string[]): Promise<void> {
  const paths = ['.', ...links.map((path) => `:(top,exclude,literal)${path}`)]
  const changed = await gitList(checkout, ['ls-files', '-z', '--modified', '--others', '--exclude-standard', '--', ...paths])
  for (const path of changed) {
    const found = await lstat(join(checkout.workTree, path)).catch(() => undefined)
    if (found?.isFile() && found.size > mostFileBytes)
      throw new StepRefused(`${path} has ${found.size} bytes; nothing was kept: files of at most ${mostFileBytes} bytes are committed.`)
  }
}

async function refuseModes(checkout: Checkout, before: string, after: string): Promise<void> {
  const parts = await gitList(checkout, ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--diff-filter=d', before, after])
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode, , blob] = (parts[at] ?? '').split(' ')
    const path = parts[at + 1] ?? ''
    if (mode === '160000') throw new StepRefused(`${path} is a git repository inside the workspace; nothing was kept. Remove it.`)
    if (mode === '120000' && blob) await refuseLeavingLink(checkout, path, (await git(checkout, ['cat-file', 'blob', blob])).toString())
  }
}

/** As it is written and as it is followed: two links that each stay inside can leave together. */
async function refuseLeavingLink({ workTree }: Checkout, path: string, target: string): Promise<void> {
  const refused = new StepRefused(`${path} is a link to ${target}, outside the workspace; nothing was kept. Remove it.`)
  const root = await realpath(workTree)
  const folder = resolve(root, dirname(path))
  if (isAbsolute(target) || !isInside(root, normalize(join(folder, target)))) throw refused
  // Not joined: that would take `link/..` for nothing, and it leads to where the link points.
  const place = await realPlace(`${folder}/${target}`).catch(() => undefined)
  if (place === undefined || !isInside(root, place)) throw refused
}
