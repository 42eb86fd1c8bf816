import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, realpathSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isInside } from './workspace/inside.ts'

/** What stands at a path is no file that can be read at once: a folder, a link, a pipe, a socket, a device, or too large. */
export class NotRegular extends Error {
  override readonly name = 'NotRegular'
  readonly what: 'folder' | 'link' | 'special' | 'large' | 'outside'

  constructor(path: string, what: NotRegular['what']) {
    super(`${path} is not a regular file (${what}).`)
    this.what = what
  }
}

const { O_RDONLY, O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants
const defaultBytes = 20_000_000

/**
 * Reads a file where a command may have put something else. Neither the opening nor the reading can hang: pipes are not waited for, links not followed, devices
 * not read. Throws `NotRegular`, or what the file system says.
 */
export function readRegular(path: string, mostBytes = defaultBytes): Buffer {
  return withRegular(path, O_RDONLY, (file, size) => {
    if (size > mostBytes) throw new NotRegular(path, 'large')
    const bytes = Buffer.alloc(size)
    let end = 0
    for (let read = -1; end < size && read !== 0; end += read) read = readSync(file, bytes, end, size - end, end)
    return bytes.subarray(0, end)
  })
}

/** As `readRegular`, of a path below a folder; links are followed as long as they stay in the folder. */
export function readInside(folder: string, path: string, mostBytes = defaultBytes): Buffer {
  return readRegular(inside(folder, join(folder, path)), mostBytes)
}

/** Writes the whole of a file that is there, below a folder, where a command may have turned it, or a folder on the way, into a link. */
export function writeInside(folder: string, path: string, text: string): void {
  const place = join(folder, path)
  inside(folder, dirname(place))
  withRegular(place, O_WRONLY, (file) => {
    ftruncateSync(file)
    writeFileSync(file, text)
  })
}

/** Removes a file or link below a folder, where a command may have turned a folder on the way into a link that leads out. */
export function removeInside(folder: string, path: string): void {
  const place = join(folder, path)
  unlinkSync(join(inside(folder, dirname(place)), basename(place)))
}

function inside(folder: string, path: string): string {
  const place = realpathSync(path)
  if (!isInside(realpathSync(folder), place)) throw new NotRegular(path, 'outside')
  return place
}

function withRegular<T>(path: string, access: number, use: (file: number, size: number) => T): T {
  const file = open(path, access)
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw new NotRegular(path, found.isDirectory() ? 'folder' : 'special')
    return use(file, found.size)
  } finally {
    closeSync(file)
  }
}

function open(path: string, access: number): number {
  try {
    return openSync(path, access | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
    if (code === 'ELOOP') throw new NotRegular(path, 'link')
    if (code === 'EISDIR') throw new NotRegular(path, 'folder')
    // A socket, or a pipe that nobody reads from.
    if (code === 'ENXIO') throw new NotRegular(path, 'special')
    throw error
  }
}
