import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Finding } from './checkup.ts'

/** Under this a run may break off in its middle. */
const needed = 1 << 30
/** Under this it is worth a word. */
const enough = 5 * needed

/** Whether a folder, which need not be there yet, may be written to, and how much room it has. */
export async function checkDisk(what: string, folder: string, free?: number): Promise<Finding> {
  const place = await existing(resolve(folder))
  const writable = await access(place, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!writable)
    return {
      what,
      state: 'missing',
      found: `${place} may not be written to`,
      remedy: 'name another folder with --state-folder or --artifacts',
    }
  const bytes = free ?? (await freeBytes(place))
  const found = `${(bytes / needed).toFixed(1)} GiB free at ${folder}`
  if (bytes >= enough) return { what, state: 'there', found }
  const remedy = 'make room; what nothing needs any more is removed with: loopwright clean --yes'
  return { what, state: bytes < needed ? 'missing' : 'optional', found, remedy }
}

async function freeBytes(place: string): Promise<number> {
  const { bavail, bsize } = await statfs(place)
  return bavail * bsize
}

/** The folder itself, or the nearest one above it that is there. */
async function existing(folder: string): Promise<string> {
  const there = await access(folder).then(
    () => true,
    () => false,
  )
  return there || dirname(folder) === folder ? folder : existing(dirname(folder))
}
