import { readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type z } from 'zod'
import { type builtinTools } from '../../contract/tools.ts'
import { locate } from './locate.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

const mostEntries = 1_000

/** Files and folders below a folder, sorted, `.git` left out; links are named, not followed. */
export async function list(place: ToolPlace, { path = '.', depth = 2 }: z.output<typeof builtinTools.list.arguments>): Promise<ToolAnswer> {
  const located = await locate(place, path, 'read')
  if (!(await stat(located.absolute)).isDirectory()) throw new ToolRefused(`${located.relative} is a file: use read.`)
  const found: string[] = []
  const walk = async (below: string, levels: number): Promise<void> => {
    const entries = await readdir(join(located.absolute, below), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length > mostEntries) return
      if (entry.name.toLowerCase() === '.git') continue
      const inside = join(below, entry.name)
      const target = entry.isSymbolicLink() ? ` -> ${await linkTarget(join(located.absolute, inside))}` : ''
      found.push(oneLine(`${join(located.relative, inside)}${entry.isDirectory() ? '/' : target}`))
      if (entry.isDirectory() && levels > 1) await walk(inside, levels - 1)
    }
  }
  await walk('', depth)
  if (found.length === 0) return { text: `${located.relative} is empty.` }
  if (found.length <= mostEntries) return { text: found.join('\n') }
  return { text: `${found.slice(0, mostEntries).join('\n')}\n[cut after ${mostEntries} entries; list a subfolder or fewer levels]` }
}

/** A name with a line break in it would look like two entries. */
function oneLine(text: string): string {
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n')
}

/** Dependency folders are links of ours; where they lead is nobody's business. */
async function linkTarget(path: string): Promise<string> {
  const target = await readlink(path)
  return target.startsWith('/') ? '(outside)' : target
}
