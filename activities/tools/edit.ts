import { writeFile } from 'node:fs/promises'
import { type z } from 'zod'
import { type builtinTools } from '../../contract/tools.ts'
import { isBinary, readBytes, textOf } from './file.ts'
import { locate } from './locate.ts'
import { nearest } from './nearest.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

const contextLines = 3

/** Replaces a text that occurs exactly once, or every occurrence; in a file with Windows line ends the texts get them too. */
export async function edit(place: ToolPlace, args: z.output<typeof builtinTools.edit.arguments>): Promise<ToolAnswer> {
  const located = await locate(place, args.path, 'write')
  const bytes = readBytes(located)
  const text = isBinary(bytes) ? undefined : textOf(bytes)
  if (text === undefined) throw new ToolRefused(`${located.relative} is not UTF-8 text, so it cannot be edited.`)
  const windows = text.includes('\r\n') && !/(^|[^\r])\n/.test(text)
  const fit = (part: string) => (windows ? part.replace(/\r?\n/g, '\r\n') : part)
  const [search, replace] = [fit(args.search), fit(args.replace)]
  if (search === replace) throw new ToolRefused('search and replace are the same: nothing to change.')
  const starts = occurrences(text, search)
  if (starts.length === 0) throw new ToolRefused(notFound(located.relative, text, args.search))
  if (starts.length > 1 && !args.all) {
    const lines = starts.slice(0, 20).map((start) => lineOf(text, start))
    throw new ToolRefused(
      `The text occurs ${starts.length} times in ${located.relative}, at lines ${lines.join(', ')}: ` +
        'add lines around it to search until it is the only one, or set all.',
    )
  }
  const changed = text.split(search).join(replace)
  await writeFile(located.absolute, changed)
  const first = lineOf(text, starts[0] ?? 0)
  const shown = numbered(changed.split('\n'), first - contextLines, first + replace.split('\n').length - 1 + contextLines)
  return { text: `Edited ${located.relative}${starts.length > 1 ? ` in ${starts.length} places` : ''}:\n${shown}` }
}

/** Where `search` begins, not counting overlaps: what replacing all would replace. */
function occurrences(text: string, search: string): number[] {
  const starts: number[] = []
  for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + search.length)) starts.push(at)
  return starts
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

function numbered(lines: string[], from: number, to: number): string {
  const first = Math.max(from, 1)
  return lines
    .slice(first - 1, to)
    .slice(0, 60)
    .map((line, index) => `${first + index}\t${line.replace(/\r$/, '').slice(0, 300)}`)
    .join('\n')
}

function notFound(path: string, text: string, search: string): string {
  const lines = text.split('\n')
  const at = nearest(lines, search.split('\n'))
  const message = `The text does not occur in ${path} (0 times): it must match exactly, white space included.`
  if (at === undefined) return message
  return `${message} The nearest lines are:\n${numbered(lines, at + 1 - contextLines, at + search.split('\n').length + contextLines)}`
}
