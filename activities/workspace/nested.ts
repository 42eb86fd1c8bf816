import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Every `.git` under a folder, in any spelling that some file system takes for it; links are not followed. */
export async function nestedGit(folder: string): Promise<string[]> {
  const found: string[] = []
  const walk = async (path: string): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inside = join(path, entry.name)
      if (entry.name.toLowerCase() === '.git') found.push(inside)
      else if (entry.isDirectory()) await walk(inside)
    }
  }
  await walk(folder)
  return found
}
