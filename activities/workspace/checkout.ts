import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { ifAbsent } from '../../store/absent.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type World } from '../world.ts'
import { linkDependencies } from './dependencies.ts'
import { foreignIn } from './foreign.ts'
import { git } from './git.ts'
import { layOut } from './lay-out.ts'
import { enter, isLeftAt } from './left.ts'
import { type Holder, withFirstFree } from './lock.ts'
import { requireCommit } from './restore.ts'
import { type Checkout, placesOf } from './places.ts'
import { dependencySource } from './set-up.ts'

/**
 * Edits share one directory, one after the other; each test run has one that nobody edits. `file` is for what runs no program and changes one
 * file at most: a directory that such work of this process left at the commit is then taken as it is.
 */
export type Purpose = 'edit' | 'file' | 'test'

/**
 * Does work in a directory that holds exactly the workspace's commit, and links to the source's dependency folders; nobody else has it
 * meanwhile. The directory is only a cache: whatever an earlier, perhaps killed, step left there is gone. Fails with `WorkspaceLost`.
 */
export async function withCheckout<T>(
  world: World,
  workspace: WorkspaceAt,
  purpose: Purpose,
  work: (folder: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const places = placesOf(world, workspace.key)
  const nameOf = (number: number) => (purpose === 'test' ? `check-${number}` : 'tree')
  return withFirstFree(
    (number) => join(places.root, `${nameOf(number)}.lock`),
    signal,
    async (number, before) => {
      crashPoint('checkout.locked')
      const checkout = places.checkout(await generationOf(places.root, nameOf(number), before))
      if (purpose !== 'file' || !isLeftAt(checkout, workspace.commit)) await makeReady(world, workspace, checkout, purpose, signal)
      crashPoint('checkout.reset')
      return work(checkout.workTree)
    },
  )
}

async function makeReady(world: World, workspace: WorkspaceAt, checkout: Checkout, purpose: Purpose, signal?: AbortSignal): Promise<void> {
  enter(checkout)
  await requireCommit(world, workspace, signal)
  const { commit } = workspace
  const laidOut = purpose === 'file' && (await layOut(checkout, commit))
  if (!laidOut && !(await reset(checkout, commit, signal).catch(() => false))) await checkOutAnew(checkout, commit, signal)
  await writeFile(
    checkout.links,
    JSON.stringify(await linkDependencies(await dependencySource(world, workspace, signal), checkout.workTree)),
  )
}

/**
 * The directory's name: another one after each holder that died, whose programs may still write into the one they know, and into its index.
 */
async function generationOf(root: string, name: string, before: Holder): Promise<string> {
  const file = join(root, `${name}.generation`)
  const generation = Number(await readFile(file, 'utf8').catch(ifAbsent('0')))
  const named = (number: number) => (number === 0 ? name : `${name}.${number}`)
  if (before === 'released') return named(generation)
  await writeFile(`${file}.draft`, `${generation + 1}`)
  await rename(`${file}.draft`, file)
  await rm(join(root, named(generation)), { recursive: true, force: true }).catch(() => undefined)
  return named(generation + 1)
}

/** Makes the directory equal to the commit by touching only what differs; false when there is none yet, fails when something is in the way. */
async function reset(checkout: Checkout, commit: string, signal?: AbortSignal): Promise<boolean> {
  const { workTree: folder } = checkout
  if (!(await lstat(folder).catch(() => undefined))?.isDirectory()) return false
  // Git would neither remove these nor look beside them.
  const { repositories, specials } = await foreignIn(folder)
  await Promise.all([...repositories, ...specials].map((path) => rm(path, { recursive: true })))
  await git(checkout, ['read-tree', '--reset', '-u', commit], { signal })
  await git(checkout, ['clean', '-ffdxq'], { signal })
  return true
}

async function checkOutAnew(checkout: Checkout, commit: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  await rm(checkout.workTree, { recursive: true, force: true })
  await rm(checkout.index, { force: true })
  // We hold the checkout's lock, so a lock that git left on the index belongs to a killed git.
  await rm(`${checkout.index}.lock`, { force: true })
  await mkdir(checkout.workTree, { recursive: true })
  await git(checkout, ['read-tree', '--reset', '-u', commit], { signal })
}
