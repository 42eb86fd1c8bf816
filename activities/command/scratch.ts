import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { type Files } from '../../contract/command-verdict.ts'
import { failure } from '../failure.ts'

const most = { files: 100, bytes: 2_000_000 }

/** Does work in a folder with these files and nothing else, which is gone afterwards. Refuses paths that lead out of it. */
export async function withFiles<T>(files: Files, work: (folder: string) => Promise<T>): Promise<T> {
  const entries = Object.entries(files)
  const bytes = entries.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0)
  if (entries.length > most.files || bytes > most.bytes)
    throw refused(`There are ${entries.length} files with ${bytes} bytes; ${most.files} with ${most.bytes} are the most`)
  const wrong = entries.find(([path]) => !isPlain(path))
  if (wrong) throw refused(`${JSON.stringify(wrong[0])} is no path of a file below the folder`)
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-command-')))
  try {
    for (const [path, text] of entries) {
      const place = join(folder, path)
      const written = mkdir(dirname(place), { recursive: true }).then(() => writeFile(place, text, { flag: 'wx' }))
      await written.catch(() => {
        throw refused(`${JSON.stringify(path)} cannot stand beside the other files`)
      })
    }
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** As it is written it lies below the folder, by a short name, and is not git's. */
function isPlain(path: string): boolean {
  const parts = path.split('/')
  return (
    path.length <= 500 &&
    !/[\0\\]/.test(path) &&
    !isAbsolute(path) &&
    normalize(path) === path &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 200 && part.toLowerCase() !== '.git')
  )
}

function refused(what: string): Error {
  return failure('CommandRefused', `${what}; nothing was run.`, {
    effect: 'no',
    next: 'Give files by plain relative paths, for example src/sum.js.',
  })
}
