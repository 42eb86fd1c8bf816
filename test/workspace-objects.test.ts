import { afterAll, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { fewObjects } from '../activities/workspace/few.ts'
import { layOut } from '../activities/workspace/lay-out.ts'
import { findObject } from '../activities/workspace/objects.ts'
import { readPacked } from '../activities/workspace/packed.ts'
import { placesOf } from '../activities/workspace/places.ts'
import {
  contents,
  isExecutable,
  newFolder,
  newRepository,
  newWorld,
  opened,
  removeFolders,
  userGit,
  writeFiles,
} from './workspace.fixture.ts'

afterAll(removeFolders)

/** Some versions of a long file and of a large folder, so that packs hold deltas upon deltas. */
function history(format: string): string {
  const source = newFolder()
  userGit(source, 'init', '--quiet', `--object-format=${format}`)
  writeFiles(source, Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`folder/file-${index}.txt`, `${index}\n`])))
  const long = Array.from({ length: 3_000 }, (_, line) => `line ${line} of ${Math.imul(line, 7_919)}\n`)
  for (let version = 0; version < 4; version++) {
    writeFiles(source, {
      'long.txt': [`version ${version}\n`, ...long, 'x'.repeat(version * 70_000)].join(''),
      [`folder/file-${version}.txt`]: 'new\n',
    })
    userGit(source, 'add', '--all')
    userGit(source, 'commit', '--quiet', `--message=${version}`)
  }
  return source
}

test.each([
  ['sha1', 'false'],
  ['sha256', 'true'],
] as const)('objects of packs are read as git reads them, deltas upon deltas too (%s, offsets: %s)', (format, offsets) => {
  const source = history(format)
  const objects = join(source, '.git/objects')
  userGit(source, '-c', `repack.useDeltaBaseOffset=${offsets}`, 'repack', '-adfq', '--depth=20', '--window=20')
  expect(userGit(source, 'count-objects')).toBe('0 objects, 0 kilobytes')
  const pack = readdirSync(join(objects, 'pack')).find((name) => name.endsWith('.idx'))!
  expect(userGit(source, 'verify-pack', '-v', join(objects, 'pack', pack))).toMatch(/^chain length = 2/m)
  const listed = userGit(source, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)').split('\n')
  expect(listed.length).toBeGreaterThan(15)
  for (const [hash = '', type = ''] of listed.map((line) => line.split(' '))) {
    const found = readPacked(objects, hash)
    expect(found?.type).toBe(type)
    expect(Buffer.from(found!.content).equals(execFileSync('git', ['-C', source, 'cat-file', type, hash]))).toBe(true)
  }
  expect(findObject(objects, 'f'.repeat(format === 'sha1' ? 40 : 64))).toBeUndefined()
})

test('an object that is not what its name says is left to git, in a file of its own or in a pack', () => {
  const source = newRepository({ 'a.txt': 'one\n', 'b.txt': 'two\n' })
  const objects = join(source, '.git/objects')
  const [one, two] = ['a.txt', 'b.txt'].map((name) => userGit(source, 'rev-parse', `HEAD:${name}`)) as [string, string]
  const fileOf = (hash: string) => join(objects, hash.slice(0, 2), hash.slice(2))
  expect(findObject(objects, one)).toMatchObject({ type: 'blob' })
  chmodSync(fileOf(one), 0o644)
  writeFileSync(fileOf(one), readFileSync(fileOf(two)))
  expect(findObject(objects, one)).toBeUndefined()
  expect(fewObjects(objects, userGit(source, 'rev-parse', 'HEAD'))).toBeUndefined()
})

test('a small commit is copied as a pack that git finds sound; a large one is too', async () => {
  const small = newRepository({ 'a.txt': 'one\n', empty: '', 'deep/er/b.js': 'x'.repeat(70_000), '.gitattributes': '* text\n' })
  const large = newRepository(Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`f/${index}`, `${index}`])))
  for (const source of [small, large]) {
    const world = newWorld()
    const { base } = await opened(world, source)
    const gitDir = placesOf(world, 'run-1').git.gitDir
    expect(userGit(gitDir, 'fsck', '--strict', '--full')).toBe('')
    expect(userGit(gitDir, 'rev-parse', 'refs/loopwright/base')).toBe(base)
    expect(userGit(gitDir, 'ls-tree', '-r', base)).toBe(userGit(source, 'ls-tree', '-r', 'HEAD'))
  }
})

const odd: Record<string, (folder: string) => void> = {
  'a link': (folder) => symlinkSync('a.txt', join(folder, 'link')),
  'letters that file systems write in several ways': (folder) => writeFiles(folder, { 'ä.txt': '' }),
  'a short name of another': (folder) => writeFiles(folder, { 'GIT~1x': '' }),
  'a name like git’s own': (folder) => writeFiles(folder, { '.gitx': '' }),
}

test('a commit of plain files is laid out as git checks it out, and git goes on from there', async () => {
  const source = newRepository({
    'a.txt': 'one\n',
    empty: '',
    'deep/er/b.js': '1\r\n',
    '.gitignore': 'out/\n',
    'out/kept': 'tracked\n',
    '.github/x.yml': '',
  })
  chmodSync(join(source, 'a.txt'), 0o755)
  userGit(source, 'commit', '--quiet', '-am', 'executable')
  const [world, other] = [newWorld(), newWorld()]
  const workspace = await opened(world, source)
  const seen = (purpose: 'file' | 'edit', where: typeof world) =>
    withCheckout(where, workspace, purpose, async (folder) => {
      const mode = lstatSync(join(folder, 'a.txt')).mode
      const shown = { ...contents(folder), executable: isExecutable(join(folder, 'a.txt')), mode }
      appendFileSync(join(folder, 'a.txt'), 'a mess')
      writeFiles(folder, { 'out/new': 'ignored', more: '' })
      return shown
    })
  await opened(other, source)
  const byGit = await seen('edit', other)
  expect(await seen('file', world)).toEqual(byGit)
  expect(await seen('edit', world)).toEqual(byGit)
})

test.each(Object.entries(odd))('a commit with %s is checked out by git', async (_, add) => {
  const source = newRepository({ 'a.txt': 'one\n' })
  const world = newWorld()
  const plain = placesOf(world, 'run-1').checkout('tree')
  expect(await layOut(plain, (await opened(world, source)).base)).toBe(true)
  add(source)
  userGit(source, 'add', '--all')
  userGit(source, 'commit', '--quiet', '-m', 'odd')
  const workspace = await opened(world, source, 'run-2')
  expect(await layOut(placesOf(world, 'run-2').checkout('apart'), workspace.base)).toBe(false)
  const [laid, checked] = [await withCheckout(world, workspace, 'file', async (folder) => contents(folder)), contents(source)]
  expect(laid).toEqual(Object.fromEntries(Object.entries(checked).filter(([path]) => !path.startsWith('.git/'))))
})
