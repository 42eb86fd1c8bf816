import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package: a clone, or an installed copy. */
export const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where what set-up fetched is kept between clones: LOOPWRIGHT_CACHE, else ~/.cache/loopwright. */
export function cacheFolder(environment) {
  return environment.LOOPWRIGHT_CACHE || join(environment.HOME || homedir(), '.cache', 'loopwright')
}

/** The path of a program on PATH, or undefined. */
export function onPath(name, environment) {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

/** Whether a path is a file that may be executed. */
export function isProgram(path) {
  return existsSync(path) && statSync(path).isFile() && (statSync(path).mode & 0o111) !== 0
}
