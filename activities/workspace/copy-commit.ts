import { join } from 'node:path'
import { writeWhole } from '../../store/atomic.ts'
import { fewObjects } from './few.ts'
import { type GitAt, git, gitList } from './git.ts'
import { readObject, type TreeEntry, treeOfCommit } from './objects.ts'
import { writePackFile } from './pack-file.ts'
import { refuse, type Source } from './source.ts'

/**
 * Copies one commit without its history into a new git dir, as one pack, and returns its tree. No fetch: the source's objects are read by us if they are few, else
 * as alternates of our git dir, so that no setting of the source and no transport takes part, and the file `shallow` ends the history at the commit.
 * Refuses what a commit alone does not bring along: submodules, content in Git LFS.
 */
export async function copyCommit(source: Source, commit: string, at: GitAt, signal?: AbortSignal): Promise<string> {
  const few = fewObjects(source.objects, commit)
  if (few) writePackFile(at, [...few.objects.values()], commit)
  else await packCommit(source, commit, at, signal)
  writeWhole(join(at.gitDir, 'refs', 'loopwright', 'base'), Buffer.from(`${commit}\n`))
  const files = few?.files ?? (await listed(at, commit))
  const submodule = files.find(({ mode }) => mode === '160000')
  if (submodule)
    throw refuse(`${source.path} has the submodule ${submodule.name}, which is not supported yet`, 'Give a repository without submodules.')
  await refuseLargeFileStorage(source, commit, files, at)
  return few?.tree ?? treeOfCommit(await readObject(at, 'commit', commit))
}

async function packCommit(source: Source, commit: string, at: GitAt, signal?: AbortSignal): Promise<void> {
  const pack = join(at.gitDir, 'objects', 'pack', 'pack')
  try {
    await git({ ...at, objects: [source.objects] }, ['pack-objects', '--quiet', '--revs', pack], { input: `${commit}\n`, signal })
  } catch (error) {
    signal?.throwIfAborted()
    const why = error instanceof Error ? ` (${error.message})` : ''
    throw refuse(
      `Not every file of the commit ${commit.slice(0, 10)} is in ${source.path}${why}`,
      'Complete the clone (`git fetch --refetch`), then start again.',
    )
  }
}

async function listed(at: GitAt, commit: string): Promise<TreeEntry[]> {
  const lines = await gitList(at, ['ls-tree', '-r', '-z', commit])
  return lines.map((line) => {
    const tab = line.indexOf('\t')
    const [mode = '', , hash = ''] = line.slice(0, tab).split(' ')
    return { mode, name: line.slice(tab + 1), hash }
  })
}

/** In a repository with Git LFS the commit holds pointers instead of the files. */
async function refuseLargeFileStorage(source: Source, commit: string, files: TreeEntry[], at: GitAt): Promise<void> {
  const attributes = files.filter(({ mode, name }) => mode.startsWith('100') && /(^|\/)\.gitattributes$/.test(name))
  const texts = await Promise.all(attributes.map(({ hash }) => readObject(at, 'blob', hash)))
  if (!texts.some((text) => /\bfilter=lfs\b/.test(text.toString()))) return
  const pointer = '^version https://git-lfs\\.github\\.com/spec/v1'
  const [first] = await gitList(at, ['grep', '-l', '-z', '--no-textconv', '-e', pointer, commit], { accept: [1] })
  if (first)
    throw refuse(
      `${source.path} keeps ${first.slice(first.indexOf(':') + 1)} in Git LFS, which is not supported yet`,
      'Give a repository without Git LFS.',
    )
}
