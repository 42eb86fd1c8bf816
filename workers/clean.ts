import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ifAbsent } from '../store/absent.ts'
import { type ArtifactStore } from '../store/store.ts'
import { findDependencies } from './clean-dependencies.ts'
import { isRestorable } from '../activities/workspace/restorable.ts'

/** Something that nothing needs any more, or a workspace that is kept, and why. */
export interface Leftover {
  path: string
  remove: boolean
  why: string
}

export interface CleanOptions {
  stateFolder: string
  store: ArtifactStore
  /** The runs that the server knows, and whether each has ended. */
  runs: { run: string; ended: boolean }[]
  /** Where temporary folders are. Default: the system's. */
  temporary?: string
}

/** Folders that a killed worker leaves; what is younger may be in use. */
const temporaryFolder = /^loopwright-(repair|measure|trace|run|report|command)-/
const oldMilliseconds = 24 * 3_600_000

/** Workspaces of runs that have ended and that artifacts restore, installed dependencies that no live run uses, and temporary files over a day old. Artifacts themselves are never among them. */
export async function findLeftovers({ stateFolder, store, runs, temporary = tmpdir() }: CleanOptions): Promise<Leftover[]> {
  const workspaces = join(stateFolder, 'workspaces')
  const keys = await readdir(workspaces).catch(ifAbsent([]))
  const found = keys.map(async (key) => ({ path: join(workspaces, key), ...(await judge(join(workspaces, key), key, store, runs)) }))
  return [
    ...(await Promise.all(found)),
    ...(await findDependencies(stateFolder, (key) => runsOf(key, runs))),
    ...(await old(temporary, temporaryFolder)),
    ...(await old(join(stateFolder, 'artifacts', 'temporary'), /^[0-9a-f-]{36}$/)),
  ]
}

/** Removes what `findLeftovers` said to remove. */
export async function removeLeftovers(leftovers: Leftover[]): Promise<void> {
  for (const { path, remove } of leftovers) if (remove) await rm(path, { recursive: true, force: true, maxRetries: 3 })
}

async function judge(path: string, key: string, store: ArtifactStore, runs: CleanOptions['runs']): Promise<Omit<Leftover, 'path'>> {
  const candidates = runsOf(key, runs)
  if (candidates.length === 0) return { remove: false, why: 'the server does not know its run' }
  if (candidates.some(({ ended }) => !ended)) return { remove: false, why: 'its run has not ended' }
  if (!(await isRestorable(store, path))) return { remove: false, why: 'the artifact store cannot restore its last step' }
  return { remove: true, why: 'its run has ended, and artifacts restore it' }
}

/** The runs that a workspace's key may mean. Several may be called alike in a key; all of them must have ended. */
function runsOf(key: string, runs: CleanOptions['runs']): CleanOptions['runs'] {
  return runs.filter(({ run }) => key.slice(0, -9) === run.replaceAll(/[^\w.-]/g, '_').slice(0, 80))
}

async function old(folder: string, named: RegExp): Promise<Leftover[]> {
  const names = (await readdir(folder).catch(ifAbsent([]))).filter((name) => named.test(name))
  const aged = names.map(async (name) => {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(ifAbsent({ mtimeMs: Date.now() }))
    return { path, remove: Date.now() - mtimeMs > oldMilliseconds, why: 'a killed process left it' }
  })
  return (await Promise.all(aged)).filter(({ remove }) => remove)
}
