import { type Stats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** What of a folder is looked at; beyond, a sentence says what was left out. */
const most = { files: 2_000, bytes: 16_000_000, fileBytes: 2_000_000, entries: 50_000 }
const documents = /\.(md|markdown|mdx|txt|text|rst|adoc)$/i
const passedBy = new Set(['node_modules', '__pycache__', 'venv'])

/** The documents of a folder, sorted by path, and what was left out. */
export interface Listing {
  files: { path: string; stats: Stats }[]
  left: string[]
}

/** Lists the documents below a folder. Links are not followed: what lies outside of the folder is never looked at. Hidden and dependency folders are passed by. */
export async function documentsOf(folder: string, signal?: AbortSignal): Promise<Listing> {
  const found: Listing['files'] = []
  const left = { links: 0, large: 0, entries: false }
  let entries = 0
  const folders = ['']
  for (let below = folders.shift(); below !== undefined && !left.entries; below = folders.shift()) {
    for await (const entry of await opendir(join(folder, below))) {
      signal?.throwIfAborted()
      left.entries ||= ++entries > most.entries
      if (left.entries) break
      if (entry.name.startsWith('.') || passedBy.has(entry.name)) continue
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isSymbolicLink()) left.links++
      else if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() && documents.test(entry.name)) {
        const stats = await lstat(join(folder, path))
        if (stats.size > most.fileBytes) left.large++
        else found.push({ path, stats })
      }
    }
  }
  return within(
    found.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    left,
  )
}

function within(found: Listing['files'], { links, large, entries }: { links: number; large: number; entries: boolean }): Listing {
  let bytes = 0
  const files = found.filter(({ stats }, index) => index < most.files && (bytes += stats.size) <= most.bytes)
  const sentences = [
    files.length < found.length
      ? `Only ${files.length} of ${found.length} documents were looked at; ${most.files} with ${most.bytes / 1e6} MB in all are the most.`
      : '',
    entries ? `The folder has more than ${most.entries} entries; those beyond were not looked at.` : '',
    large > 0 ? `Not looked at, because they have more than ${most.fileBytes / 1e6} MB: ${large}.` : '',
    links > 0 ? `Links, which are not followed: ${links}.` : '',
  ]
  return { files, left: sentences.filter((sentence) => sentence !== '') }
}
