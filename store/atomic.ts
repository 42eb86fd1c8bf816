import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Writes a file so that it is there whole and on the disk, or not at all: temporary file, fsync, rename, fsync of the folder.
 * `temporary` must lie on the same file system.
 */
export async function writeAtomically(path: string, content: Uint8Array, temporary: string): Promise<void> {
  await makeFolder(temporary)
  await makeFolder(dirname(path))
  const draft = join(temporary, randomUUID())
  try {
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
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
