import { randomUUID } from 'node:crypto'
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
  await makeFolder(temporary)
  await makeFolder(dirname(path))
  const draft = join(temporary, randomUUID())
  let placed: T
  try {
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(content)
      crashPoint('store.write.drafted')
      await file.sync()
    } finally {
      await file.close()
    }
    crashPoint('store.write.synced')
    placed = await place(draft)
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
