import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type z } from 'zod'
import { type builtinTools } from '../../contract/tools.ts'
import { type GitAt, git, GitFailed, gitLine } from '../workspace/git.ts'
import { placesOf } from '../workspace/places.ts'
import { findSource } from '../workspace/source.ts'
import { locate } from './locate.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

type View = z.output<typeof builtinTools.git.arguments>

const outputBytes = 20_000_000
const plain = ['--no-color', '--no-ext-diff', '--no-textconv']
const line = '--format=%h %ad %an: %s'

/** Shows the history: the steps of this run and, where the repository lies on this machine, everything before them. Nothing is changed, and no program that a repository names is run. */
export async function gitView(place: ToolPlace, view: View): Promise<ToolAnswer> {
  const { workspace, signal } = place
  const { at, first } = await historyOf(place)
  const path = view.path === undefined ? undefined : (await locate(place, view.path, 'read')).relative
  try {
    const named = view.revision ?? (view.view === 'diff' ? 'base' : 'HEAD')
    const revision = named.replace(/^HEAD/, workspace.commit).replace(/^base/, workspace.base)
    const commit = await gitLine(at, [...first, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], { signal })
    const text = await git(at, ['--literal-pathspecs', ...first, ...argumentsOf(view, commit, workspace.commit, path)], {
      signal,
      outputBytes,
    })
    return { text: text.toString().trimEnd() || 'Nothing.' }
  } catch (error) {
    if (!(error instanceof GitFailed) || signal?.aborted) throw error
    if (error.ended === 'output') throw new ToolRefused('That is too much to show: name a path.')
    if (error.ended) throw error
    throw new ToolRefused(`There is nothing to show: ${error.message}.`)
  }
}

function argumentsOf({ view, count = 20, from = 1, to }: View, commit: string, now: string, path: string | undefined): string[] {
  const paths = path === undefined || path === '.' ? [] : ['--', path]
  if (view === 'log') return ['log', `--max-count=${count}`, '--date=short', line, commit, ...paths]
  if (view === 'show') return ['show', '--stat', '--patch', '--date=short', line, ...plain, commit, ...paths]
  if (view === 'diff') return ['diff', ...plain, commit, now, ...paths]
  if (paths.length === 0) throw new ToolRefused('blame needs the path of a file.')
  return ['blame', '--date=short', '-L', `${from},${to ?? ''}`, commit, ...paths]
}

/** Our git dir begins at the base; what lies before it is read from the source's objects, whose settings take no part. */
async function historyOf({ world, workspace }: ToolPlace): Promise<{ at: GitAt; first: string[] }> {
  const { git: own } = placesOf(world, workspace.key)
  const source = await findSource(workspace.source).catch(() => undefined)
  if (!source) return { at: own, first: [] }
  const shallow = join(source.objects, '..', 'shallow')
  const ends = await access(shallow).then(
    () => shallow,
    () => '',
  )
  return { at: { ...own, objects: [source.objects] }, first: ['--shallow-file', ends] }
}
