import { afterAll, describe, expect, test } from '@jest/globals'
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '../contract/digest.ts'
import { folderStore } from '../store/folder.ts'
import { storeContract } from './store.contract.ts'

const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-store-'))
  folders.push(folder)
  return join(folder, 'artifacts')
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

describe('a folder as artifact store', () => {
  storeContract(async () => {
    const folder = await newFolder()
    return {
      store: folderStore(folder),
      again: () => folderStore(folder),
      damage: (hash) => writeFile(join(folder, hash.slice(0, 2), hash.slice(2)), 'not it'),
    }
  })

  test('a half-written temporary file is never read, and a cut artifact is noticed', async () => {
    const folder = await newFolder()
    const hash = sha256('half written')
    await mkdir(join(folder, 'temporary'), { recursive: true })
    await writeFile(join(folder, 'temporary', hash), 'half')
    await writeFile(join(folder, 'temporary', hash.slice(2)), 'half')
    const store = folderStore(folder)
    expect(await store.has(hash)).toBe(false)
    expect(await store.keys('')).toEqual([])
    await store.put('half written')
    await truncate(join(folder, hash.slice(0, 2), hash.slice(2)), 4)
    await expect(store.get(hash)).rejects.toMatchObject({ name: 'ArtifactMissing', sha256: hash })
  })

  test('putting leaves no temporary files behind, and one file per artifact', async () => {
    const folder = await newFolder()
    await Promise.all(Array.from({ length: 20 }, () => folderStore(folder).put('once')))
    const hash = sha256('once')
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
    expect(await readdir(join(folder, hash.slice(0, 2)))).toEqual([hash.slice(2)])
  })
})
