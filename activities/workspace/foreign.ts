import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What a command may leave in a checkout that git must not meet. */
export interface Foreign {
  /** Every `.git`, in any spelling that some file system takes for it. */
  repositories: string[]
  /** Pipes, sockets and devices: git neither adds nor removes them, and waits for ever when it reads its settings from one. */
  specials: string[]
}

/** Finds what git must not meet under a folder; links are not followed. */
export async function foreignIn(folder: string): Promise<Foreign> {
  const found: Foreign = { repositories: [], specials: [] }
  const walk = async (path: string): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inside = join(path, entry.name)
      const name = entry.name.toLowerCase()
      if (name === '.git') found.repositories.push(inside)
      else if (entry.isDirectory()) await walk(inside)
      // Git follows this link when it looks for submodules, which a workspace does not have.
      else if (entry.isSymbolicLink() ? name === '.gitmodules' : !entry.isFile()) found.specials.push(inside)
    }
  }
  await walk(folder)
  return found
}
