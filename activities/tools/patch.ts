import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { type z } from 'zod'
import { type builtinTools } from '../../contract/tools.ts'
import { type GitAt, git, GitFailed, gitLine, gitList } from '../workspace/git.ts'
import { isIgnored } from '../workspace/ignored.ts'
import { checkoutOf } from '../workspace/places.ts'
import { locate } from './locate.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

const mostFiles = 200
const applying = ['apply', '--whitespace=nowarn', '--recount', '-p1']

/** What a patch makes of a file, as git understands it. */
interface Changed {
  mode: string
  status: string
  path: string
}

/**
 * Applies a unified diff, all of it or nothing. It is first applied to an index of its own, and what came of it is looked at there: no text that git reads otherwise
 * than we do can pass. Refuses links, repositories, paths that tools may not write, and what is ignored.
 */
export async function patch(place: ToolPlace, { diff }: z.output<typeof builtinTools.patch.arguments>): Promise<ToolAnswer> {
  const input = diff.endsWith('\n') ? diff : `${diff}\n`
  const changed = await rehearse(place, input)
  if (changed.length === 0) throw new ToolRefused('The diff changes nothing.')
  if (changed.length > mostFiles)
    throw new ToolRefused(`The diff changes ${changed.length} files; at most ${mostFiles} are allowed. Nothing was changed.`)
  for (const file of changed) await refuseUnfit(place, file)
  const { world, workspace, folder, signal } = place
  await git(checkoutOf(world, workspace.key, folder), [...applying, '-'], { input, signal }).catch(refusal)
  const words: Record<string, string> = { A: 'Created', D: 'Deleted' }
  return { text: changed.map(({ status, path }) => `${words[status] ?? 'Changed'} ${path}.`).join('\n') }
}

async function rehearse({ world, workspace, folder, signal }: ToolPlace, input: string): Promise<Changed[]> {
  const { gitDir } = checkoutOf(world, workspace.key, folder)
  const at: GitAt & { index: string } = { gitDir, index: `${folder}.patch-${randomUUID()}` }
  try {
    await git(at, ['read-tree', workspace.commit], { signal })
    await git(at, [...applying, '--cached', '-'], { input, signal }).catch(refusal)
    const tree = await gitLine(at, ['write-tree'], { signal })
    const parts = await gitList(at, ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', workspace.commit, tree], { signal })
    return Array.from({ length: parts.length / 2 }, (_, index) => {
      const [, mode = '', , , status = ''] = (parts[2 * index] ?? '').split(' ')
      return { mode, status, path: parts[2 * index + 1] ?? '' }
    })
  } finally {
    await rm(at.index, { force: true })
  }
}

async function refuseUnfit(place: ToolPlace, { mode, status, path }: Changed): Promise<void> {
  if (mode === '120000') throw new ToolRefused(`The diff makes ${path} a link; only files are patched. Nothing was changed.`)
  if (mode === '160000') throw new ToolRefused(`The diff makes ${path} a repository; only files are patched. Nothing was changed.`)
  await locate(place, path, 'write')
  if (status === 'A' && (await isIgnored(place.world, place.workspace, place.folder, path)))
    throw new ToolRefused(`${path} is ignored by .gitignore, so it cannot be part of the result. Nothing was changed.`)
}

/** What git says of a diff is for the model; everything else is none of its making. */
function refusal(error: unknown): never {
  if (!(error instanceof GitFailed) || error.ended) throw error
  throw new ToolRefused(
    `The diff does not apply; nothing was changed: ${error.message.replace(/^git apply: (?:error: |fatal: )?/, '')}. Read the file again, or use edit.`,
  )
}
