import { lstat, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { type Collection } from '../../contract/retrieval.ts'
import { failure } from '../failure.ts'
import { documentRetriever } from './documents.ts'
import { repositoryRetriever } from './repository.ts'
import { type Retriever } from './retriever.ts'

/** The retriever of a folder; refuses in words what is no folder. A link to a folder is followed once, here; nothing below is. */
export async function openRetriever({ folder, kind }: Collection): Promise<Retriever> {
  if (!isAbsolute(folder)) throw refused(`The folder ${folder} is not an absolute path`)
  const place = await realpath(folder).catch(() => undefined)
  if (place === undefined || !(await stat(place)).isDirectory()) throw refused(`There is no folder ${folder}`)
  const repository = kind === 'repository' || (kind === 'auto' && (await lstat(join(place, '.git')).catch(() => undefined)) !== undefined)
  return repository ? repositoryRetriever(place) : documentRetriever(place)
}

function refused(what: string): Error {
  return failure('FolderRefused', `${what} on this worker; nothing was searched.`, {
    effect: 'no',
    next: 'Give the whole path of a folder that every worker has, beginning with /.',
  })
}
