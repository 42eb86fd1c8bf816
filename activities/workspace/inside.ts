import { realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

/** Where a path really is, all links followed; parts that do not exist yet stay as they are written. */
export async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const absent = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'
    if (!absent || dirname(path) === path) throw error
    return join(await realPlace(dirname(path)), basename(path))
  }
}

/** Whether a normalised path is a folder or lies in it. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
