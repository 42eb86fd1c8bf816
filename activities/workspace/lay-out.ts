import { lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fewObjects } from './few.ts'
import { type TreeEntry } from './objects.ts'
import { type Checkout } from './places.ts'

const plainPart = /^[\w .@+,=()[\]-]+$/
/** Names that begin like git's own folder, and are no danger. */
const known = new Set(['.gitignore', '.gitattributes', '.gitkeep', '.github', '.gitlab-ci.yml'])

/**
 * Writes the files of a commit into a folder that isn't there yet, without git and without an index, if they are few, regular, and have names that mean the same on
 * every file system. False where git has to do it; what is there then is to be removed.
 */
export async function layOut({ gitDir, workTree, index }: Checkout, commit: string): Promise<boolean> {
  if (await lstat(workTree).catch(() => undefined)) return false
  const few = fewObjects(join(gitDir, 'objects'), commit)
  if (!few?.files.every(isPlain)) return false
  await rm(index, { force: true })
  await mkdir(workTree, { recursive: true })
  for (const folder of new Set(few.files.map(({ name }) => dirname(name)))) await mkdir(join(workTree, folder), { recursive: true })
  const write = ({ mode, name, hash }: TreeEntry) =>
    writeFile(join(workTree, name), few.objects.get(hash)!.content, { flag: 'wx', mode: mode === '100755' ? 0o777 : 0o666 })
  // Two names may be one on this file system.
  return (await Promise.allSettled(few.files.map(write))).every(({ status }) => status === 'fulfilled')
}

function isPlain({ mode, name }: TreeEntry): boolean {
  return (mode === '100644' || mode === '100755') && name.split('/').every(isPlainPart)
}

function isPlainPart(part: string): boolean {
  if (!plainPart.test(part) || part.startsWith(' ') || /[ .]$/.test(part)) return false
  return !part.toLowerCase().startsWith('.git') || known.has(part)
}
