import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, relative, sep } from 'node:path'
import { isInside } from '../workspace/inside.ts'
import { type Dependencies } from './sandbox.ts'
import { prefixOf } from './toolchain.ts'

/** What a command sees of a repository's dependencies. */
export interface DependencyView {
  /** Bound read-only. */
  readable: { from: string; at: string }[]
  /** Folders that are empty but for the links in them, and may be written; they go with the command. */
  temporary: string[]
  links: { at: string; to: string }[]
}

/** Where `node_modules` really stand in the sandbox; the name `node_modules` stays in their paths, which tools look for. */
const store = '/dependencies'
/** What tools write into `node_modules` while they run. */
const caches = /^\.(cache|tmp|vite.*|vitest.*)$/

/**
 * Dependency folders are seen at the source's own path, where the checkout's links lead and where a virtual environment's absolute paths expect them. A
 * `node_modules` there is a writable folder of links, because tools keep caches in it (bubblewrap has no overlays before 0.11, and 1,000 mounts
 * take 4 s). Whatever else is looked for at the source's path leads into the workspace: packages of a monorepo, editable installations.
 */
export function viewOf(folder: string, { source, paths }: Dependencies): DependencyView {
  const view: DependencyView = { readable: [], temporary: [], links: [] }
  for (const path of paths) {
    const place = join(source, path)
    if (basename(path) === 'node_modules') addModules(view, source, path)
    else view.readable.push({ from: place, at: place }, ...pythonOf(place).map((prefix) => ({ from: prefix, at: prefix })))
  }
  addInherited(view, folder, source)
  const taken = [folder, ...view.readable.map(({ at }) => at), ...view.temporary]
  for (const root of [source, store]) addAliases(view, folder, root, '', new Set(paths), taken)
  return view
}

function addModules(view: DependencyView, source: string, path: string): void {
  const place = join(source, path)
  view.readable.push({ from: place, at: join(store, path) })
  view.temporary.push(place)
  for (const name of readdirSync(place)) {
    if (!caches.test(name)) view.links.push({ at: join(place, name), to: join(store, path, name) })
    const inner = name.startsWith('@') ? readdirSync(join(place, name)).map((one) => join(name, one)) : [name]
    for (const entry of inner) addOutside(view, source, join(place, entry))
  }
}

/** What a linked package leads to outside the repository: the package, or the whole folder of packages it stands in. */
function addOutside(view: DependencyView, source: string, entry: string): void {
  if (!lstatSync(entry).isSymbolicLink() || !existsSync(entry)) return
  const target = realpathSync(entry)
  if (isInside(source, target)) return
  const parts = target.split(sep)
  const first = parts.indexOf('node_modules')
  const from = first > 0 ? parts.slice(0, first + 1).join(sep) : target
  if (isInside(from, homedir()) || isInside(from, source) || view.readable.some(({ at }) => at === from)) return
  view.readable.push({ from, at: from })
}

/** Node finds packages in the folders above a repository, too. */
function addInherited(view: DependencyView, folder: string, source: string): void {
  for (let above = dirname(source); above !== dirname(above); above = dirname(above)) {
    const modules = join(above, 'node_modules')
    if (!existsSync(modules)) continue
    const from = realpathSync(modules)
    if (isInside(from, folder)) return
    if (!view.readable.some(({ at }) => at === from)) view.readable.push({ from, at: from })
    view.links.push({ at: '/node_modules', to: from }, { at: join(dirname(folder), 'node_modules'), to: from })
    return
  }
}

/** Links under another root for everything in the workspace that does not stand there already. */
function addAliases(view: DependencyView, folder: string, root: string, below: string, paths: Set<string>, taken: string[]): void {
  if (root === folder) return
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name)
    const at = join(root, path)
    if (paths.has(path) || taken.includes(at) || entry.name === '.git') continue
    const holds =
      taken.some((place) => isInside(at, place)) || [...paths].some((dependency) => !relative(path, dependency).startsWith('..'))
    if (!holds) view.links.push({ at, to: join(folder, path) })
    else if (entry.isDirectory()) addAliases(view, folder, root, path, paths, taken)
  }
}

/** A virtual environment's Python lives elsewhere. */
function pythonOf(environment: string): string[] {
  const python = join(environment, 'bin', 'python')
  if (!existsSync(python)) return []
  const real = realpathSync(python)
  return isInside('/usr', real) || isInside(environment, real) ? [] : prefixOf(real)
}
