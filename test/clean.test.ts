import { afterAll, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { commitStep } from '../activities/workspace/commit.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { readPack } from '../activities/workspace/pack.ts'
import { findLeftovers, removeLeftovers } from '../workers/clean.ts'
import { newFolder, newRepository, newWorld, opened, removeFolders, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)

test('only workspaces of ended runs that artifacts restore are removed, and what killed processes left long ago', async () => {
  const [world, source] = [newWorld(), newRepository()]
  const keys = ['ended-00000000', 'live-00000000', 'forgotten-00000000', 'lost-00000000', 'a_b-00000000']
  const packs = []
  for (const key of keys) {
    const at = await opened(world, source, key)
    const after = await withCheckout(world, at, 'edit', async (folder) => {
      writeFiles(folder, { 'a.txt': key })
      return commitStep(world, at, folder, 'edit#1')
    })
    packs.push(after.pack)
  }
  const lost = packs[3]!.sha256
  rmSync(join(world.stateFolder, 'artifacts', lost.slice(0, 2), lost.slice(2)))
  const temporary = newFolder()
  for (const name of ['loopwright-repair-old', 'loopwright-repair-new', 'loopwright-mine', 'other']) mkdirSync(join(temporary, name))
  for (const name of ['loopwright-repair-old', 'loopwright-mine', 'other']) utimesSync(join(temporary, name), 1, 1)
  const draft = join(world.stateFolder, 'artifacts/temporary/00000000-0000-0000-0000-000000000000')
  writeFileSync(draft, 'half')
  utimesSync(draft, 1, 1)
  const runs = [
    { run: 'ended', ended: true },
    { run: 'live', ended: false },
    { run: 'lost', ended: true },
    { run: 'a:b', ended: true },
    { run: 'a/b', ended: false },
  ]
  const found = await findLeftovers({ stateFolder: world.stateFolder, store: world.store, runs, temporary })
  const place = (name: string) => join(world.stateFolder, 'workspaces', name)
  expect(Object.fromEntries(found.map(({ path, remove, why }) => [path, `${remove ? 'remove' : 'keep'}: ${why}`]))).toEqual({
    [place(keys[0]!)]: 'remove: its run has ended, and artifacts restore it',
    [place(keys[1]!)]: 'keep: its run has not ended',
    [place(keys[2]!)]: 'keep: the server does not know its run',
    [place(keys[3]!)]: 'keep: the artifact store cannot restore its last step',
    [place(keys[4]!)]: 'keep: its run has not ended',
    [join(temporary, 'loopwright-repair-old')]: 'remove: a killed process left it',
    [draft]: 'remove: a killed process left it',
  })
  await removeLeftovers(found)
  expect(found.filter(({ path }) => !existsSync(path)).map(({ path }) => path)).toEqual([
    place(keys[0]!),
    join(temporary, 'loopwright-repair-old'),
    draft,
  ])
  await readPack(world.store, packs[0]!)
})

test('what setup installed is kept as long as a run that goes on uses it, or may have within a day', async () => {
  const stateFolder = newFolder()
  const use = (name: string, keys: string[], old: string[] = []) => {
    mkdirSync(join(stateFolder, 'dependencies', name, 'used'), { recursive: true })
    for (const key of keys) writeFileSync(join(stateFolder, 'dependencies', name, 'used', key), '')
    for (const key of old) utimesSync(join(stateFolder, 'dependencies', name, key === name ? '' : `used/${key}`), 1, 1)
  }
  const [ended, live, other, gone] = ['ended-00000000', 'live-00000000', 'other-00000000', 'gone-00000000']
  use('a', [ended])
  use('b', [ended, live], [live])
  use('c', [ended, other])
  use('d', [ended, gone], [gone])
  use('e', [], ['e'])
  use('f', [])
  const runs = [
    { run: 'ended', ended: true },
    { run: 'live', ended: false },
  ]
  const found = await findLeftovers({ stateFolder, store: newWorld().store, runs, temporary: newFolder() })
  expect(found.map(({ path, remove }) => [basename(path), remove])).toEqual([
    ['a', true],
    ['b', false],
    ['c', false],
    ['d', true],
    ['e', true],
    ['f', false],
  ])
  await removeLeftovers(found)
  expect(readdirSync(join(stateFolder, 'dependencies'))).toEqual(['b', 'c', 'f'])
})

test('a workspace that was opened or restored, and in which no step was made, is judged by its base', async () => {
  const [world, source] = [newWorld(), newRepository()]
  const at = await opened(world, source, 'run-00000000')
  const other = { ...world, stateFolder: newFolder() }
  await withCheckout(other, at, 'test', async () => undefined)
  const found = async (stateFolder: string) =>
    (await findLeftovers({ stateFolder, store: world.store, runs: [{ run: 'run', ended: true }], temporary: newFolder() })).map(
      ({ remove }) => remove,
    )
  expect(await found(world.stateFolder)).toEqual([true])
  expect(await found(other.stateFolder)).toEqual([true])
  const [piece] = (await readPack(world.store, at.pack)).head.pieces
  rmSync(join(world.stateFolder, 'artifacts', piece!.sha256.slice(0, 2), piece!.sha256.slice(2)))
  expect(await found(world.stateFolder)).toEqual([false])
  expect(await findLeftovers({ stateFolder: newFolder(), store: world.store, runs: [], temporary: newFolder() })).toEqual([])
})
