import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { type World } from '../world.ts'
import { isOfThisBoot } from './boot.ts'
import { chainOf, ChainBroken } from './chain.ts'
import { git, type GitAt, GitFailed } from './git.ts'
import { initialize } from './initialize.ts'
import { withLock } from './lock.ts'
import { lost } from './lost.ts'
import { findObject } from './objects.ts'
import { type Pack, writePack } from './pack.ts'
import { type Places, placesOf } from './places.ts'

/** Sees to it that a workspace's commit and its base are in the git dir: from the artifact store, if they are not. Fails with `WorkspaceLost`. */
export async function requireCommit(world: World, workspace: WorkspaceAt, signal?: AbortSignal): Promise<void> {
  const places = placesOf(world, workspace.key)
  const { base, commit } = workspace
  if ((await present(places.git, [base, commit])).size === new Set([base, commit]).size) return
  await withLock(places.lock, signal, async () => {
    try {
      await restore(world.store, places, workspace, signal)
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof ChainBroken) throw lost(places.root, commit, error.message)
      throw error
    }
  })
}

/** Which of these commits a git dir has; none, when there is no git dir, or nobody knows what is left of it. */
async function present(at: GitAt, commits: string[]): Promise<Set<string>> {
  if (!isOfThisBoot(at) || !(await isGitDir(at))) return new Set()
  const found = commits.filter((commit) => findObject(join(at.gitDir, 'objects'), commit)?.type === 'commit')
  const others = commits.filter((commit) => !found.includes(commit))
  if (others.length === 0) return new Set(found)
  const input = others.map((commit) => `${commit}^{commit}\n`).join('')
  const lines = (await git(at, ['cat-file', '--batch-check'], { input }).catch(() => Buffer.alloc(0))).toString().split('\n')
  return new Set([...found, ...lines.filter((line) => line.includes(' commit ')).map((line) => line.split(' ')[0] ?? '')])
}

/** Whether git would take it for a git dir; ours have a HEAD that names a branch. */
async function isGitDir({ gitDir }: GitAt): Promise<boolean> {
  const read = (name: string) => readFile(join(gitDir, name), 'utf8').catch(() => '')
  const [head, config, refs] = await Promise.all([read('HEAD'), read('config'), stat(join(gitDir, 'refs')).catch(() => undefined)])
  return head.startsWith('ref: refs/') && config.includes('[core]') && refs?.isDirectory() === true
}

/** Everything is unpacked and checked in a git dir apart; only what is whole comes into the workspace's own. */
async function restore(store: ArtifactStore, places: Places, workspace: WorkspaceAt, signal?: AbortSignal): Promise<void> {
  const chain = await chainOf(store, workspace)
  const commits = chain.map(({ head }) => head.commit)
  const had = await present(places.git, commits)
  const missing = chain.filter(({ head }) => !had.has(head.commit))
  const draft: GitAt = { gitDir: join(places.root, `git.${randomUUID()}`) }
  const own = join(places.git.gitDir, 'objects')
  try {
    await initialize(draft, workspace.base)
    for (const pack of missing) await unpack(store, pack, draft, signal)
    await verify(draft, had.size > 0 ? { ...draft, objects: [own] } : draft, missing)
    if (had.size === 0) await rm(places.git.gitDir, { recursive: true, force: true })
    const into = had.size === 0 ? draft : places.git
    if (had.size > 0) await movePacks(join(draft.gitDir, 'objects', 'pack'), join(own, 'pack'))
    const refs = missing.map(
      ({ head: { commit, depth } }) => `update refs/loopwright/${depth === 0 ? 'base' : `restored/${commit}`} ${commit}\n`,
    )
    await git(into, ['update-ref', '--stdin'], { input: refs.join('') })
    if (had.size === 0) await rename(draft.gitDir, places.git.gitDir)
  } finally {
    await rm(draft.gitDir, { recursive: true, force: true })
  }
}

async function unpack(store: ArtifactStore, pack: Pack, draft: GitAt, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  const file = join(draft.gitDir, 'objects', 'pack', `pack-${pack.ref.sha256}.pack`)
  await writePack(store, pack, file).catch((error: unknown) => {
    throw error instanceof Error && error.name === 'ArtifactMissing' ? new ChainBroken(error.message) : error
  })
  await git(draft, ['index-pack', '--fsck-objects', file], { signal }).catch(unsound(pack))
}

/** Every commit that came has all of its tree, and nothing came that belongs to none of them. */
async function verify(draft: GitAt, both: GitAt, packs: Pack[]): Promise<void> {
  const [head] = packs.toReversed()
  if (!head) return
  const input = packs.map(({ head: { commit } }) => `${commit}\n`).join('')
  const reachable = await git(both, ['rev-list', '--objects', '--no-object-names', '--no-walk', '--stdin'], { input }).catch(
    (error: unknown) => {
      throw error instanceof GitFailed && !error.ended ? new ChainBroken(`its pack ${head.ref.sha256} is not complete`) : error
    },
  )
  const belongs = new Set(reachable.toString().split('\n'))
  const came = (await git(draft, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)'])).toString().split('\n')
  const foreign = came.filter((object) => !belongs.has(object)).length
  if (foreign > 0) throw new ChainBroken(`its pack ${head.ref.sha256} holds ${foreign} objects of no commit`)
}

function unsound({ ref }: Pack): (error: unknown) => never {
  return (error) => {
    if (error instanceof GitFailed && !error.ended) throw new ChainBroken(`its pack ${ref.sha256} is not sound (${error.message})`)
    throw error
  }
}

/** A pack counts once its index is there, so the index comes last. */
async function movePacks(from: string, to: string): Promise<void> {
  const files = await readdir(from)
  for (const last of [false, true])
    for (const file of files) if (file.endsWith('.idx') === last) await rename(join(from, file), join(to, file))
}
