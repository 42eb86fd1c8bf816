import { open } from 'node:fs/promises'
import { constants } from 'node:fs'
import { type Located } from './locate.ts'
import { ToolRefused } from './tool.ts'

const mostBytes = 20_000_000
/** As git does: a NUL this early makes a file binary. */
const binaryBytes = 8_000

/** The bytes of a regular file; refuses folders, pipes and devices, and files over 20 MB. */
export async function readBytes({ absolute, relative }: Located): Promise<Buffer> {
  // Without waiting: opening a pipe would otherwise hang until somebody writes to it.
  const file = await open(absolute, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (found.isDirectory()) throw new ToolRefused(`${relative} is a folder: use list.`)
    if (!found.isFile()) throw new ToolRefused(`${relative} is not a regular file.`)
    if (found.size > mostBytes) throw new ToolRefused(`${relative} has ${found.size} bytes, too many to read: use search.`)
    return await file.readFile()
  } finally {
    await file.close()
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
