import { lstat, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { failure } from '../failure.ts'
import { type World } from '../world.ts'
import { type GitAt, git, gitLine, gitList, gitSays } from './git.ts'

/** The user's repository, read without running anything that it names. */
export interface Source {
  /** Real path of its working tree. */
  path: string
  git: GitAt & { workTree: string }
  /** Where its objects are. */
  objects: string
}

/** Refuses a repository in words; nothing was changed. */
export function refuse(what: string, next: string): Error {
  return failure('RepositoryRefused', `${what}; nothing was changed.`, { effect: 'no', next })
}

/** Finds the repository at a path, or refuses with the reason. */
export async function findSource(path: string): Promise<Source> {
  if (!isAbsolute(path)) throw refuse(`The repository path ${path} is not absolute`, 'Give the whole path, beginning with /.')
  const folder = await realpath(path).catch(() => undefined)
  if (folder === undefined) throw refuse(`There is no folder ${path}`, 'Check the path of the repository.')
  if (!(await stat(folder)).isDirectory()) throw refuse(`${path} is not a folder`, 'Give the folder of the repository.')
  const gitDir = await gitDirOf(folder)
  if (gitDir === undefined) throw await noRepository(folder)
  const objects = await gitLine({ gitDir }, ['rev-parse', '--git-path', 'objects']).catch(() => undefined)
  if (objects === undefined)
    throw refuse(`${folder} has a .git that git cannot read`, `Run \`git -C ${folder} status\` and mend what it says.`)
  return { path: folder, git: { gitDir, workTree: folder }, objects: resolve(gitDir, objects) }
}

/** The git dir of a working tree: `.git`, or what the file `.git` of a linked worktree points at. */
async function gitDirOf(folder: string): Promise<string | undefined> {
  const path = join(folder, '.git')
  const found = await lstat(path).catch(() => undefined)
  if (!found?.isFile()) return found && realpath(path).catch(() => undefined)
  const pointed = /^gitdir: (.+?)\r?\n?$/s.exec(await readFile(path, 'utf8'))?.[1]
  return pointed === undefined ? undefined : realpath(resolve(folder, pointed)).catch(() => undefined)
}

async function noRepository(folder: string): Promise<Error> {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above))
    if (await gitDirOf(above)) return refuse(`${folder} is only a subfolder of the repository ${above}`, `Give ${above} as the repository.`)
  if (await stat(join(folder, 'HEAD')).catch(() => undefined))
    return refuse(`${folder} is a bare repository, without working tree`, 'Clone it, and give the clone.')
  return refuse(`${folder} is not a git repository`, `Run \`git init\` there and commit, or give another folder.`)
}

/** The commit that a source is at, and its name for people. */
export async function headOf({ path, git: at }: Source): Promise<{ commit: string; head: string }> {
  const commit = await gitLine(at, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { accept: [1] })
  if (commit === '') throw refuse(`${path} has no commit yet`, 'Commit something first.')
  const branch = await gitLine(at, ['symbolic-ref', '--quiet', '--short', 'HEAD'], { accept: [1] })
  return { commit, head: branch || commit.slice(0, 10) }
}

/** Refuses uncommitted changes, and what a commit alone does not bring along: submodules, content in Git LFS, merges under way. */
export async function refuseUnfinished(source: Source, world: World, commit: string): Promise<void> {
  const { path, git: at } = source
  const submodule = (await gitList(at, ['ls-tree', '-r', '-z', commit])).find((entry) => entry.startsWith('160000'))
  if (submodule)
    throw refuse(
      `${path} has the submodule ${submodule.split('\t')[1]}, which is not supported yet`,
      'Give a repository without submodules.',
    )
  if (await gitSays(at, ['rev-parse', '--verify', '--quiet', 'MERGE_HEAD']))
    throw refuse(`${path} is in the middle of a merge`, 'Finish or abort the merge first.')
  const changed = await uncommitted(source, world)
  if (changed.length === 0) return
  const shown = changed.slice(0, 5).join(', ') + (changed.length > 5 ? ` and ${changed.length - 5} more` : '')
  throw refuse(`${path} has uncommitted changes: ${shown}`, 'Commit, stash or ignore them, then start again.')
}

/** Paths that are changed, staged, or neither tracked nor ignored; our own state folder apart. */
async function uncommitted({ path, git: at }: Source, world: World): Promise<string[]> {
  const quiet = { ...at, settings: { ...(await withoutFilters(at)), ...(await personalIgnores(at, world)) } }
  const status = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=normal', '--ignore-submodules=all']
  const state = relative(path, await realpath(world.stateFolder).catch(() => world.stateFolder))
  const paths = (await gitList(quiet, status)).map((entry) => entry.slice(3))
  return paths.filter((changed) => state === '' || !`${state}/`.startsWith(changed.endsWith('/') ? changed : `${changed}/`))
}

/** Filters are programs that a repository's own settings name: each is switched off by its name. */
async function withoutFilters(at: GitAt): Promise<Record<string, string>> {
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
  if (await gitSays(at, ['config', '--get', 'core.excludesFile'])) return {}
  const home = environment['HOME']
  const settings = environment['XDG_CONFIG_HOME'] || (home && join(home, '.config'))
  const named = home && (await globalExcludes(at, join(home, '.gitconfig')))
  if (named && home) return { 'core.excludesFile': named.replace(/^~\//, `${home}/`) }
  return settings ? { 'core.excludesFile': join(settings, 'git', 'ignore') } : {}
}

async function globalExcludes(at: GitAt, file: string): Promise<string> {
  return (await git(at, ['config', '--file', file, '--get', 'core.excludesFile'], { accept: [1, 128] })).toString().trim()
}
