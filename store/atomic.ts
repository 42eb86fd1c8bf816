import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crashPoint } from './crash-point.ts'

/**
 * Writes a file so that it is there whole and on the disk, or not at all: temporary file, fsync, rename, fsync of the folder.
 * `temporary` must lie on the same file system.
 */
export async function writeAtomically(path: string, content: Uint8Array, temporary: string): Promise<void> {
  await fromDraft(path, content, temporary, (draft) => rename(draft, path))
}

/** As `writeAtomically`, but only one of all who try creates the file, and only the first time: says whether it was this one. */
export async function createAtomically(path: string, content: Uint8Array, temporary: string): Promise<boolean> {
  return fromDraft(path, content, temporary, async (draft) => {
    const created = await link(draft, path).then(() => true, unlessExists)
    await rm(draft, { force: true })
    return created
  })
}

async function fromDraft<T>(path: string, content: Uint8Array, temporary: string, place: (draft: string) => Promise<T>): Promise<T> {
  crashPoint('store.write.before')
  const draft = join(temporary, randomUUID())
  let placed: T
  try {
    const file = await inFolder(temporary, () => open(draft, 'wx'))
    try {
      await file.writeFile(content)
      crashPoint('store.write.drafted')
      await file.sync()
    } finally {
      await file.close()
    }
    crashPoint('store.write.synced')
    placed = await inFolder(dirname(path), () => place(draft))
    crashPoint('store.write.placed')
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
  return placed
}

function unlessExists(error: unknown): false {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST') return false
  throw error
}

/** The folder is made when it turns out not to be there. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isMissing(error)) throw error
    await makeFolder(folder)
    return work()
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first !== undefined) await syncFolder(dirname(first))
}

/** Windows cannot open a folder, and needs no fsync of one. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a file so that no process ever sees a part of it; after a power failure it may be missing or empty. For what can be made again. */
export function writeWhole(path: string, content: Uint8Array): void {
  const draft = `${path}.${randomUUID()}`
  const write = () => writeFileSync(draft, content, { flag: 'wx' })
  try {
    write()
  } catch (error) {
    if (!isMissing(error)) throw error
    mkdirSync(dirname(path), { recursive: true })
    write()
  }
  renameSync(draft, path)
}
