import { cp, mkdir, mkdtemp, readdir, readlink, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { readInside, writeInside } from '../regular-file.ts'
import { isDependencyFolder } from './editable.ts'
import { type Edit } from './result.ts'

const uncopied = new Set(['.git', '.loopwright', '__pycache__', '.pytest_cache', '.mypy_cache'])

/** Makes throw-away copies of a folder. Dependencies aren't copied but linked to. */
export class Copies {
  readonly #folder: string
  readonly #base: string
  #count = 0

  private constructor(folder: string, base: string) {
    this.#folder = folder
    this.#base = base
  }

  static async of(folder: string): Promise<Copies> {
    const copies = new Copies(await realpath(folder), await realpath(await mkdtemp(join(tmpdir(), 'loopwright-repair-'))))
    await mkdir(copies.cache)
    return copies
  }

  /** The path of a new copy. */
  async make(): Promise<string> {
    this.#count += 1
    const copy = join(this.#base, `copy-${this.#count}`, 'project')
    await mkdir(copy, { recursive: true })
    await this.#fill('', copy)
    await this.#linkInherited(copy)
    return copy
  }

  /** A folder for caches that all copies share. */
  get cache(): string {
    return join(this.#base, 'cache')
  }

  async remove(copy: string): Promise<void> {
    await rm(dirname(copy), { recursive: true, force: true, maxRetries: 3 })
  }

  async removeAll(): Promise<void> {
    await rm(this.#base, { recursive: true, force: true, maxRetries: 3 })
  }

  async #fill(path: string, copy: string): Promise<void> {
    for (const entry of await readdir(join(this.#folder, path), { withFileTypes: true })) {
      if (uncopied.has(entry.name)) continue
      const from = join(this.#folder, path, entry.name)
      const to = join(copy, path, entry.name)
      if (entry.isSymbolicLink()) await symlink(await this.#target(from), to)
      else if (entry.isDirectory() && isDependencyFolder(entry.name) && entry.name !== 'vendor') await symlink(from, to)
      else if (entry.isDirectory()) {
        await mkdir(to)
        await this.#fill(join(path, entry.name), copy)
      } else if (entry.isFile()) await cp(from, to)
    }
  }

  /** A link within the folder stays relative, one that leads outside becomes absolute. */
  async #target(link: string): Promise<string> {
    const target = await readlink(link)
    const leadsTo = resolve(dirname(link), target)
    return relative(this.#folder, leadsTo).startsWith('..') ? leadsTo : target
  }

  /** Dependencies that the folder finds in a folder above it are found from the copy too. */
  async #linkInherited(copy: string): Promise<void> {
    for (let above = dirname(this.#folder); above !== dirname(above); above = dirname(above)) {
      const modules = join(above, 'node_modules')
      if (!(await stat(modules).catch(() => undefined))?.isDirectory()) continue
      await symlink(modules, join(dirname(copy), 'node_modules'))
      return
    }
  }
}

/** The text of a file with an edit made. */
export function edited(source: string, edit: Edit): string {
  return source.slice(0, edit.start) + edit.text + source.slice(edit.end)
}

/** Makes an edit in a folder and returns what takes it back. Throws where a command has put something else in the file's place. */
export function applyEdit(folder: string, edit: Edit): () => void {
  const source = readInside(folder, edit.file).toString()
  writeInside(folder, edit.file, edited(source, edit))
  return () => writeInside(folder, edit.file, source)
}
