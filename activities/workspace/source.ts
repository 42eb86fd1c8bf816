import { lstat, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { failure } from '../failure.ts'
import { type GitAt, gitLine } from './git.ts'

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
  return { path: folder, git: { gitDir, workTree: folder }, objects: await objectsOf(folder, gitDir) }
}

/** Beside HEAD, except where there are several working trees, or what is there is no git dir. */
async function objectsOf(folder: string, gitDir: string): Promise<string> {
  const own = join(gitDir, 'objects')
  const isThere = async (path: string) => (await lstat(path).catch(() => undefined)) !== undefined
  const plain = (await isThere(join(gitDir, 'HEAD'))) && (await isThere(own)) && !(await isThere(join(gitDir, 'commondir')))
  const objects = plain ? own : await gitLine({ gitDir }, ['rev-parse', '--git-path', 'objects']).catch(() => undefined)
  if (objects === undefined) throw unreadable(folder)
  return resolve(gitDir, objects)
}

/** Refuses a repository whose git dir is there, but not as git wants it. */
export function unreadable(folder: string): Error {
  return refuse(`${folder} has a .git that git cannot read`, `Run \`git -C ${folder} status\` and mend what it says.`)
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
