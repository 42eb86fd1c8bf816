import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The path of a file shipped beside this one; the build compiles only TypeScript, so what runs from dist/ finds the others in the sources. */
export function packageFile(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../../../activities/repair/${name}`, import.meta.url))
}
