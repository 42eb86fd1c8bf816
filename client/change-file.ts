import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ifAbsent } from '../store/absent.ts'
import { withLock } from '../store/lock.ts'

/**
 * Changes a file that its owner alone may read, while nobody else does: what is there is read under a lock, and what comes of it is put in its place whole. `change` is
 * given undefined where there is no file yet, and leaves everything as it is when it returns undefined.
 */
export async function changeFile(file: string, change: (text: string | undefined) => string | undefined): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await withLock(`${file}.lock`, async () => {
    const text = change(await readFile(file, 'utf8').catch(ifAbsent(undefined)))
    if (text === undefined) return
    const draft = `${file}.${randomUUID()}`
    try {
      await writeFile(draft, text, { mode: 0o600, flush: true })
      await rename(draft, file)
    } finally {
      await rm(draft, { force: true })
    }
  })
}
