import MiniSearch from 'minisearch'
import { sha256 } from '../../contract/digest.ts'
import { type Passage } from '../../contract/retrieval.ts'
import { readInside } from '../regular-file.ts'
import { isBinary, textOf } from '../tools/file.ts'
import { passagesOf } from './chunks.ts'
import { documentsOf, type Listing } from './files.ts'
import { type Retriever, wordsOf } from './retriever.ts'

interface Index {
  passages: Passage[]
  words: MiniSearch
  /** Documents that could not be read as text. */
  unread: number
}

/** The index of each folder in its last state; the one that was used longest ago goes first. */
const indexes = new Map<string, { state: string; index: Promise<Index> }>()
const mostIndexes = 4

/** Finds passages of a folder of texts by their words. The index is made once per state of the folder: names, sizes and times of its documents. */
export function documentRetriever(folder: string): Retriever {
  return {
    async search(query, limit, signal) {
      const listing = await documentsOf(folder, signal)
      const { passages, words, unread } = await indexOf(folder, listing)
      const found = words.search(wordsOf(query).join(' '), { boost: { heading: 2, source: 1.5 }, prefix: true, fuzzy: 0.1 })
      const best = found.toSorted((a, b) => b.score - a.score || Number(a.id) - Number(b.id)).slice(0, limit)
      const sentences = [
        listing.files.length === 0 ? 'There is no document in the folder: .md, .txt, .rst and .adoc are looked at.' : '',
        ...listing.left,
        unread > 0 ? `Not looked at, because they are no UTF-8 text: ${unread}.` : '',
      ]
      const note = sentences.filter((sentence) => sentence !== '').join(' ')
      return { passages: best.map(({ id }) => passages[Number(id)]!), ...(note === '' ? {} : { note }) }
    },
  }
}

function indexOf(folder: string, { files }: Listing): Promise<Index> {
  const state = sha256(JSON.stringify(files.map(({ path, stats }) => [path, stats.size, stats.mtimeMs, stats.ctimeMs])))
  const known = indexes.get(folder)
  const index = known?.state === state ? known.index : makeIndex(folder, files)
  indexes.delete(folder)
  indexes.set(folder, { state, index })
  // A failure is not kept: the next search tries again.
  index.catch(() => indexes.delete(folder))
  for (const oldest of [...indexes.keys()].slice(0, Math.max(0, indexes.size - mostIndexes))) indexes.delete(oldest)
  return index
}

/** Between documents others have their turn: a worker that is silent for seconds counts as dead. */
async function makeIndex(folder: string, files: Listing['files']): Promise<Index> {
  const words = new MiniSearch({ fields: ['heading', 'text', 'source'] })
  const passages: Passage[] = []
  let unread = 0
  for (const { path } of files) {
    const text = readText(folder, path)
    if (text === undefined) unread++
    for (const passage of passagesOf(path, text ?? '')) {
      words.add({ ...passage, id: passages.length })
      passages.push(passage)
    }
    await new Promise(setImmediate)
  }
  return { passages, words, unread }
}

/** Undefined of what is no text, is gone again, or has become something else since it was listed. */
function readText(folder: string, path: string): string | undefined {
  try {
    const bytes = readInside(folder, path)
    return isBinary(bytes) ? undefined : textOf(bytes)
  } catch {
    return undefined
  }
}
