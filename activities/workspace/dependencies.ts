import { lstat, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'

const topLevel = ['node_modules', '.venv', 'vendor', 'target']
/** How far below the top `node_modules` of packages are looked for: `web/node_modules`, `packages/web/node_modules`. */
const packageDepth = 2

/** The dependency folders of a source, relative to it; those that a commit tracks are among them. */
export async function dependencyFolders(source: string): Promise<string[]> {
  const found = topLevel.map((name) => ({ path: name, there: isFolder(join(source, name)) }))
  const paths = []
  for (const { path, there } of found) if (await there) paths.push(path)
  return [...paths, ...(await packageFolders(source, '', packageDepth))].toSorted()
}

/** Links each dependency folder that the checkout does not have itself to the source's; whatever else stood there was cleaned away before. */
export async function linkDependencies(source: string, folder: string): Promise<void> {
  for (const path of await dependencyFolders(source)) {
    const taken = await lstat(join(folder, path)).catch(() => undefined)
    const parent = await lstat(join(folder, path, '..')).catch(() => undefined)
    if (!taken && parent?.isDirectory()) await symlink(join(source, path), join(folder, path))
  }
}

/** Those dependency folders that are links in a checkout: readable, never committed. */
export async function dependencyLinks(source: string, folder: string): Promise<string[]> {
  const links: string[] = []
  for (const path of await dependencyFolders(source))
    if ((await lstat(join(folder, path)).catch(() => undefined))?.isSymbolicLink()) links.push(path)
  return links
}

async function packageFolders(source: string, below: string, depth: number): Promise<string[]> {
  if (depth === 0) return []
  const entries = await readdir(join(source, below), { withFileTypes: true }).catch(() => [])
  const packages = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !topLevel.includes(entry.name))
  const paths: string[] = []
  for (const { name } of packages) {
    const inside = join(below, name)
    if (await isFolder(join(source, inside, 'node_modules'))) paths.push(join(inside, 'node_modules'))
    paths.push(...(await packageFolders(source, inside, depth - 1)))
  }
  return paths
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false
}
