import { type z } from 'zod'
import { type builtinTools } from '../../contract/tools.ts'
import { isBinary, readBytes } from './file.ts'
import { locate } from './locate.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

const mostLines = 2_000
const mostCharacters = 64 * 1024

/** Lines of a text file with their numbers, cut at 2,000 lines or 64 KB; of a binary file only its size. */
export async function read(place: ToolPlace, { path, from = 1, to }: z.output<typeof builtinTools.read.arguments>): Promise<ToolAnswer> {
  const located = await locate(place, path, 'read')
  const bytes = readBytes(located)
  if (isBinary(bytes)) return { text: `${located.relative} is a binary file of ${bytes.length} bytes.` }
  if (bytes.length === 0) return { text: `${located.relative} is empty.` }
  const lines = bytes
    .toString()
    .replace(/\r?\n$/, '')
    .split('\n')
  const last = Math.min(to ?? lines.length, lines.length)
  if (from > last)
    throw new ToolRefused(`${located.relative} has ${lines.length} lines; there are none from ${from} to ${to ?? 'the end'}.`)
  const shown: string[] = []
  let characters = 0
  for (let number = from; number <= last && shown.length < mostLines && characters < mostCharacters; number += 1) {
    const line = `${number}\t${(lines[number - 1] ?? '').replace(/\r$/, '')}`
    shown.push(line.slice(0, mostCharacters - characters))
    characters += line.length + 1
  }
  const end = from + shown.length - 1
  const cut = end < last || characters > mostCharacters
  return { text: cut ? `${shown.join('\n')}\n[cut after line ${end} of ${lines.length}; read on with from]` : shown.join('\n') }
}
