import { NotRegular, readRegular } from '../regular-file.ts'
import { type Located } from './locate.ts'
import { ToolRefused } from './tool.ts'

/** As git does: a NUL this early makes a file binary. */
const binaryBytes = 8_000

/** The bytes of a regular file; refuses folders, pipes and devices, and files over 20 MB. */
export function readBytes({ absolute, relative }: Located): Buffer {
  try {
    return readRegular(absolute)
  } catch (error) {
    if (!(error instanceof NotRegular)) throw error
    if (error.what === 'folder') throw new ToolRefused(`${relative} is a folder: use list.`)
    if (error.what === 'large') throw new ToolRefused(`${relative} has more than 20 MB, too many to read: use search.`)
    throw new ToolRefused(`${relative} is not a regular file.`)
  }
}

/** Whether bytes are no text. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, binaryBytes).includes(0)
}

/** Bytes as UTF-8, byte order mark kept; undefined when they are something else, which writing back would damage. */
export function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
