import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type z } from 'zod'
import { type builtinTools } from '../../contract/tools.ts'
import { locate } from './locate.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

/** Writes a whole file and the folders it needs; the mode of a file that is there stays. */
export async function write(place: ToolPlace, { path, content }: z.output<typeof builtinTools.write.arguments>): Promise<ToolAnswer> {
  const { absolute, relative } = await locate(place, path, 'write')
  const there = await stat(absolute).catch(() => undefined)
  if (there?.isDirectory()) throw new ToolRefused(`${relative} is a folder.`)
  if (there && !there.isFile()) throw new ToolRefused(`${relative} is not a regular file.`)
  await mkdir(dirname(absolute), { recursive: true })
  await writeFile(absolute, content)
  const lines = content === '' ? 0 : content.replace(/\n$/, '').split('\n').length
  return { text: `${there ? 'Wrote' : 'Created'} ${relative} (${lines} lines).` }
}
