import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const Manifest = z.looseObject({ version: z.string() })

/** The folder of this package: the sources are one folder below it, the build is two. */
export function packageFolder(): string {
  const folders = ['..', '../..'].map((up) => fileURLToPath(new URL(up, import.meta.url)))
  return folders.find((folder) => existsSync(join(folder, 'package.json'))) ?? process.cwd()
}

/** The version of this package. */
export function version(): string {
  return Manifest.parse(JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8'))).version
}
