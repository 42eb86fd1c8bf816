import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ref } from '../contract/json.ts'
import { ifAbsent } from './absent.ts'
import { createAtomically, writeAtomically } from './atomic.ts'
import { crashPoint } from './crash-point.ts'
import { Pointer } from './pointer.ts'

/**
 * Readable keys as files: `<first segment>/<SHA-256 of the key>`, each holding its key and what it points at.
 * A hash, because a key may be longer than a file name and differ from another one only in case.
 */
export class KeyFiles {
  readonly #folder: string
  readonly #temporary: string

  constructor(folder: string, temporary: string) {
    this.#folder = folder
    this.#temporary = temporary
  }

  async write(pointer: Pointer): Promise<void> {
    crashPoint('key.write.before')
    await writeAtomically(this.#path(pointer.key), Buffer.from(JSON.stringify(pointer)), this.#temporary)
    crashPoint('key.write.after')
  }

  /** Writes the key if nobody has, and says what it points at. */
  async claim(pointer: Pointer): Promise<Ref> {
    const path = this.#path(pointer.key)
    crashPoint('key.claim.before')
    const created = await createAtomically(path, Buffer.from(JSON.stringify(pointer)), this.#temporary)
    crashPoint('key.claim.after')
    if (created) return pointer.ref
    const standing = await readPointer(path)
    if (!standing) throw new Error(`The key ${pointer.key} was claimed and is gone: something else removes files of the store.`)
    return standing.ref
  }

  async read(key: string): Promise<Ref | undefined> {
    return (await readPointer(this.#path(key)))?.ref
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true })
  }

  async list(prefix: string): Promise<string[]> {
    const slash = prefix.indexOf('/')
    const groups = slash < 0 ? await names(this.#folder) : [groupOf(prefix)]
    const keys: string[] = []
    for (const group of groups) {
      for (const name of await names(join(this.#folder, group))) {
        const pointer = await readPointer(join(this.#folder, group, name))
        if (pointer?.key.startsWith(prefix)) keys.push(pointer.key)
      }
    }
    return keys.sort()
  }

  #path(key: string): string {
    return join(this.#folder, groupOf(key), hash(key))
  }
}

/** The first segment of a key, if it is a plain short word; the listing of a prefix then reads only that folder. */
function groupOf(key: string): string {
  const first = key.slice(0, Math.max(key.indexOf('/'), 0))
  return /^[a-z0-9][a-z0-9-]{0,60}$/.test(first) ? first : '_'
}

/** UTF-16, so that keys with lone surrogates stay apart. */
function hash(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex')
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(ifAbsent([]))
}

async function readPointer(path: string): Promise<Pointer | undefined> {
  const text = await readFile(path, 'utf8').catch(ifAbsent(undefined))
  return text === undefined ? undefined : Pointer.parse(JSON.parse(text))
}
