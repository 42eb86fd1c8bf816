import { lstat, mkdir, readdir, realpath, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isInside } from './inside.ts'

/** Not `target`: cargo and maven keep nothing in it that they could not build again, and they must write to it. */
const topLevel = ['node_modules', '.venv', 'vendor']
/** How far below the top `node_modules` of packages are looked for: `web/node_modules`, `packages/web/node_modules`. */
const packageDepth = 2

/**
 * Links each dependency folder of the source into a checkout that does not have such a folder itself, and returns their paths. Where it
 * leads back to a package of the repository, as in a monorepo, it leads to the checkout's package: else tests would see the source's.
 */
export async function linkDependencies(source: string, folder: string): Promise<string[]> {
  const linked: string[] = []
  for (const path of await dependencyFolders(source)) {
    const taken = await lstat(join(folder, path)).catch(() => undefined)
    const parent = await lstat(join(folder, path, '..')).catch(() => undefined)
    if (taken || !parent?.isDirectory()) continue
    linked.push(path)
    if (await hasPackages(source, path)) await linkEntries(source, folder, path)
    else await symlink(join(source, path), join(folder, path))
  }
  return linked
}

/** The dependency folders of a source, relative to it. */
export async function dependencyFolders(source: string): Promise<string[]> {
  const found: string[] = []
  for (const name of topLevel) if (await isFolder(join(source, name))) found.push(name)
  return [...found, ...(await packageFolders(source, '', packageDepth))]
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

/** The entries of a dependency folder, those of its `@scopes` instead of the scopes. */
async function entriesOf(source: string, path: string): Promise<string[]> {
  const names = await readdir(join(source, path))
  const nested = names.map(async (name) =>
    name.startsWith('@') && (await isFolder(join(source, path, name))) ? entriesOf(source, join(path, name)) : [join(path, name)],
  )
  return (await Promise.all(nested)).flat()
}

/** Where in the repository an entry leads, if it is a link to one of the repository's own packages. */
async function packageOf(source: string, entry: string): Promise<string | undefined> {
  if (!(await lstat(join(source, entry))).isSymbolicLink()) return undefined
  const place = await realpath(join(source, entry)).catch(() => undefined)
  if (place === undefined || place === source || !isInside(source, place)) return undefined
  const inside = relative(source, place)
  return inside.split('/').some((part) => topLevel.includes(part)) ? undefined : inside
}

async function hasPackages(source: string, path: string): Promise<boolean> {
  const packages = await Promise.all((await entriesOf(source, path)).map((entry) => packageOf(source, entry)))
  return packages.some((found) => found !== undefined)
}

async function linkEntries(source: string, folder: string, path: string): Promise<void> {
  for (const entry of await entriesOf(source, path)) {
    const own = await packageOf(source, entry)
    await mkdir(join(folder, entry, '..'), { recursive: true })
    await symlink(own === undefined ? join(source, entry) : join(folder, own), join(folder, entry))
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false
}
