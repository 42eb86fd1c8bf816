import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The path of a file of this folder that is no TypeScript: the build leaves those in the sources. */
export function shipped(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../../../activities/sandbox/${name}`, import.meta.url))
}
