import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where package.json is: of the sources, and of what is compiled from them. */
export const packageFolder = upwards(dirname(fileURLToPath(import.meta.url)))

function upwards(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : upwards(dirname(folder))
}
