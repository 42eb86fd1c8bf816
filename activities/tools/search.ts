import { stat } from 'node:fs/promises'
import { type z } from 'zod'
import { type builtinTools } from '../../contract/tools.ts'
import { ripgrep } from '../ripgrep.ts'
import { locate } from './locate.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

const mostMatches = 100
const mostColumns = 300

/** Matching lines as `path:line:text`, sorted by path, at most 100. */
export async function search(place: ToolPlace, args: z.output<typeof builtinTools.search.arguments>): Promise<ToolAnswer> {
  const located = await locate(place, args.path ?? '.', 'read')
  const found = await stat(located.absolute)
  // It would wait for somebody to write into a pipe.
  if (!found.isFile() && !found.isDirectory()) throw new ToolRefused(`${located.relative} is not a regular file.`)
  const result = await ripgrep(place.folder, argumentsOf(args, located), place.signal)
  if (result.ended === 'timeout') throw new ToolRefused('The search took longer than a minute: give a path, a glob or a simpler pattern.')
  const matches = result.stdout.toString().split('\n').filter(Boolean)
  if (matches.length === 0 && result.exitCode !== 1 && result.ended === undefined)
    throw new ToolRefused(`The search failed: ${result.output.toString().trim().slice(0, 1_000)}`)
  if (matches.length === 0) return { text: 'No matches.' }
  const shown = matches.slice(0, mostMatches).map((match) => match.replace(/^\.\//, '').replace(/\r$/, ''))
  const more = matches.length > mostMatches ? [`[cut after ${mostMatches} matches; narrow the search]`] : []
  return { text: [...shown, ...more].join('\n') }
}

function argumentsOf(
  { pattern, glob }: { pattern: string; glob?: string | undefined },
  located: { relative: string; dependency: boolean },
): string[] {
  return [
    ...[`--max-columns=${mostColumns}`, '--max-columns-preview', `--max-count=${mostMatches + 1}`],
    ...(glob === undefined ? [] : [`--glob=${glob}`]),
    '--glob=!.git',
    ...(located.dependency ? ['--no-ignore'] : []),
    `--regexp=${pattern}`,
    '--',
    // A leading ./ keeps a path that begins with a dash a path.
    located.relative === '.' ? './' : `./${located.relative}`,
  ]
}
