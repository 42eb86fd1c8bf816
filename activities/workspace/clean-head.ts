import { lstat, readFile, realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { readRegular } from '../regular-file.ts'
import { type World } from '../world.ts'
import { type GitAt, git, GitFailed, gitList, gitSays } from './git.ts'
import { refuse, type Source, unreadable } from './source.ts'

/** The commit that a source is at, and its name for people. Refuses uncommitted changes, our own state folder apart, and merges under way. */
export async function cleanHead(source: Source, world: World): Promise<{ commit: string; head: string }> {
  const { path, git: at } = source
  const { commit, branch, changed } = await statusOf(source, world)
  if (commit === undefined) throw refuse(`${path} has no commit yet`, 'Commit something first.')
  if (await lstat(join(at.gitDir, 'MERGE_HEAD')).catch(() => undefined))
    throw refuse(`${path} is in the middle of a merge`, 'Finish or abort the merge first.')
  const state = relative(path, await realpath(world.stateFolder).catch(() => world.stateFolder))
  const theirs = changed.filter((file) => state === '' || !`${state}/`.startsWith(file.endsWith('/') ? file : `${file}/`))
  if (theirs.length === 0) return { commit, head: branch ?? commit.slice(0, 10) }
  const shown = theirs.slice(0, 5).join(', ') + (theirs.length > 5 ? ` and ${theirs.length - 5} more` : '')
  throw refuse(`${path} has uncommitted changes: ${shown}`, 'Commit, stash or ignore them, then start again.')
}

/** All in one call: where HEAD is, and what is changed, staged, or neither tracked nor ignored. */
async function statusOf(
  { path, git: at }: Source,
  world: World,
): Promise<{ commit: string | undefined; branch: string | undefined; changed: string[] }> {
  const quiet = { ...at, settings: { ...(await withoutFilters(at)), ...(await personalIgnores(at, world)) } }
  const words = ['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--untracked-files=normal', '--ignore-submodules=all']
  const lines = await gitList(quiet, words).catch((error: unknown) => {
    throw error instanceof GitFailed && !error.ended ? unreadable(path) : error
  })
  const told = (name: string) => lines.find((line) => line.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length)
  const [oid, head] = [told('oid'), told('head')]
  return {
    commit: oid === undefined || oid === '(initial)' ? undefined : oid,
    branch: head === '(detached)' ? undefined : head,
    changed: lines.filter((line) => !line.startsWith('# ')).map(pathIn),
  }
}

/** The path stands after `?` of an untracked file, after eight fields of a changed one, after ten of one with a conflict. */
function pathIn(line: string): string {
  const fields = { '1': 8, u: 10 }[line[0] ?? ''] ?? 1
  return line.split(' ').slice(fields).join(' ')
}

/** Filters are programs that a repository's own settings name: each is switched off by its name. */
async function withoutFilters(at: GitAt): Promise<Record<string, string>> {
  if (!mayName(at, /filter/i)) return {}
  const names = await gitList(at, ['config', '--null', '--name-only', '--get-regexp', '^filter\\.'], { accept: [1] })
  const filters = new Set(names.map((name) => name.slice('filter.'.length, name.lastIndexOf('.'))))
  const off = (filter: string) => [
    [`filter.${filter}.clean`, ''],
    [`filter.${filter}.smudge`, ''],
    [`filter.${filter}.process`, ''],
    [`filter.${filter}.required`, 'false'],
  ]
  return Object.fromEntries([...filters].flatMap(off))
}

/** What the user's own git ignores everywhere (.DS_Store …) is no uncommitted change; the file holds patterns only. */
async function personalIgnores(at: GitAt, { environment }: World): Promise<Record<string, string>> {
  if (mayName(at, /excludesfile/i) && (await gitSays(at, ['config', '--get', 'core.excludesFile']))) return {}
  const home = environment['HOME']
  const settings = environment['XDG_CONFIG_HOME'] || (home && join(home, '.config'))
  const named = home && (await globalExcludes(at, join(home, '.gitconfig')))
  if (named && home) return { 'core.excludesFile': named.replace(/^~\//, `${home}/`) }
  return settings ? { 'core.excludesFile': join(settings, 'git', 'ignore') } : {}
}

async function globalExcludes(at: GitAt, file: string): Promise<string> {
  if (!/excludesfile/i.test(await readFile(file, 'latin1').catch(() => ''))) return ''
  return (await git(at, ['config', '--file', file, '--get', 'core.excludesFile'], { accept: [1, 128] })).toString().trim()
}

/**
 * Whether a repository's settings may have something of a name: git need not be asked when the word stands nowhere in them. Names of settings are written
 * plainly; other files come in by `include` and `worktreeConfig`, and settings of several working trees lie elsewhere.
 */
function mayName({ gitDir }: GitAt, name: RegExp): boolean {
  try {
    const text = readRegular(join(gitDir, 'config')).toString('latin1')
    return name.test(text) || /include|worktreeconfig/i.test(text)
  } catch {
    return true
  }
}
