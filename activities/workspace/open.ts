import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Ref } from '../../contract/json.ts'
import { type OpenedWorkspace } from '../../contract/workspace.ts'
import { ifAbsent } from '../../store/absent.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type World } from '../world.ts'
import { cleanHead } from './clean-head.ts'
import { copyCommit } from './copy-commit.ts'
import { type GitAt } from './git.ts'
import { initialize } from './initialize.ts'
import { keepBase } from './keep.ts'
import { withLock } from './lock.ts'
import { type Places, placesOf } from './places.ts'
import { requireCommit } from './restore.ts'
import { findSource, type Source } from './source.ts'

const Opened = z.strictObject({ key: z.string(), source: z.string(), base: z.string(), pack: Ref, tree: z.string(), head: z.string() })

/** Opens a workspace at the source's HEAD, or answers again what the first call with this key answered. */
export async function openWorkspace(world: World, repo: string, key: string, signal?: AbortSignal): Promise<OpenedWorkspace> {
  const places = placesOf(world, key)
  const pinned = await readOpened(places)
  if (pinned) {
    await requireCommit(world, { ...pinned, commit: pinned.base }, signal)
    return pinned
  }
  const source = await findSource(repo)
  return withLock(places.lock, signal, async () => (await readOpened(places)) ?? open(world, source, key, places, signal))
}

async function open(world: World, source: Source, key: string, places: Places, signal?: AbortSignal): Promise<OpenedWorkspace> {
  crashPoint('workspace.open.locked')
  const { commit, head } = await cleanHead(source, world)
  await removeUnfinished(places)
  // A name of its own: a git that a killed worker started may still write into the one before.
  const draft: GitAt = { gitDir: join(places.root, `git.${randomUUID()}`) }
  await initialize(draft, commit)
  const tree = await copyCommit(source, commit, draft, signal)
  crashPoint('workspace.open.packed')
  const pack = await keepBase(world, draft, commit)
  await rename(draft.gitDir, places.git.gitDir)
  crashPoint('workspace.open.renamed')
  const opened = { key, source: source.path, base: commit, pack, tree, head }
  // Last and in one piece: without this file nothing was opened.
  await writeFile(`${places.opened}.draft`, JSON.stringify(opened))
  await rename(`${places.opened}.draft`, places.opened)
  crashPoint('workspace.open.done')
  return opened
}

async function removeUnfinished({ root }: Places): Promise<void> {
  const names = (await readdir(root)).filter((name) => name === 'git' || name.startsWith('git.'))
  await Promise.all(names.map((name) => rm(join(root, name), { recursive: true, force: true })))
}

async function readOpened(places: Places): Promise<OpenedWorkspace | undefined> {
  const text = await readFile(places.opened, 'utf8').catch(ifAbsent(undefined))
  // Empty after a power failure: nobody was told of it.
  return text === undefined || text === '' ? undefined : Opened.parse(JSON.parse(text))
}
