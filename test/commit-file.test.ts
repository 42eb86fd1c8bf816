import { afterAll, expect, test } from '@jest/globals'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { commitFile } from '../activities/workspace/commit-file.ts'
import { commitStep } from '../activities/workspace/commit.ts'
import { enter, leaveAt } from '../activities/workspace/left.ts'
import { checkoutOf } from '../activities/workspace/places.ts'
import { runProcess } from '../activities/process.ts'
import { contents, newFolder, newRepository, newWorld, opened, removeFolders, userGit, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)

const files = {
  'a.txt': 'one\n',
  'a/b.js': '1',
  'a/deep/c.js': '2',
  'a-b': '3',
  'z z.txt': '4',
  'é.txt': '5',
  '.gitignore': 'ignored.txt\n',
}
const paths = ['a.txt', 'a/b.js', 'a/deep/c.js', 'é.txt', 'a.js', 'a/deep/new.js', 'new/folder/x.txt', 'A.txt', 'ignored.txt', 'ö/ü.txt']

async function commits(format: 'sha1' | 'sha256', kind: typeof commitStep): Promise<Record<string, unknown>> {
  const source = newFolder()
  userGit(source, 'init', '--quiet', `--object-format=${format}`)
  writeFiles(source, files)
  chmodSync(join(source, 'a.txt'), 0o755)
  userGit(source, 'add', '--all')
  userGit(source, 'commit', '--quiet', '--message=start', '--date=2000-01-01T00:00:00Z')
  const world = newWorld()
  const workspace = await opened(world, source)
  // The commit that a workspace begins at is the user's own, with the time of now: only trees can be compared with it, and commits after it.
  const trees: Record<string, unknown> = {}
  for (const path of paths) {
    trees[path] = await withCheckout(world, workspace, 'edit', async (folder) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), `changed ${path}\n`)
      const { commit, pack, tree } = await kind(world, workspace, folder, `write ${path}`)
      expect(userGit(join(world.stateFolder, 'workspaces/run-1/git'), 'fsck', '--strict', '--no-dangling')).toBe('')
      const text =
        commit === workspace.commit ? 'unchanged' : userGit(join(world.stateFolder, 'workspaces/run-1/git'), 'cat-file', 'commit', commit)
      if (commit !== workspace.commit) {
        const elsewhere = { ...world, stateFolder: newFolder() }
        const there = { ...workspace, commit, pack }
        expect(await withCheckout(elsewhere, there, 'test', async (restored) => readFileSync(join(restored, path), 'utf8'))).toBe(
          `changed ${path}\n`,
        )
      }
      return { tree, text: text.replace(workspace.commit, 'PARENT') }
    })
  }
  return trees
}

const byFile: typeof commitStep = (world, workspace, folder, stage) =>
  commitFile(world, workspace, { folder, path: join(folder, stage.slice('write '.length)), stage })

test.each(['sha1', 'sha256'] as const)('a step that changes one file has the same commit as git makes of it (%s)', async (format) => {
  const made = await commits(format, byFile)
  expect(made).toEqual(await commits(format, commitStep))
  expect(made['ignored.txt']).toMatchObject({ text: 'unchanged' })
  expect(made['a/deep/c.js']).toMatchObject({ text: expect.stringContaining('write a/deep/c.js') })
})

test('what one step left is taken as it is by the next one only if nothing else came between', async () => {
  const world = newWorld()
  const workspace = await opened(world, newRepository({ 'a.txt': 'one\n', 'run.sh': '#!/bin/sh\n' }))
  let at = workspace
  const look = (purpose: 'file' | 'edit') => withCheckout(world, at, purpose, async (folder) => contents(folder))
  await withCheckout(world, at, 'file', async (folder) => {
    enter(checkoutOf(world, 'run-1', folder))
    writeFileSync(join(folder, 'a.txt'), 'two\n')
    at = { ...at, ...(await commitFile(world, at, { folder, path: join(folder, 'a.txt'), stage: 'edit' })) }
    leaveAt(checkoutOf(world, 'run-1', folder), at.commit)
  })
  expect(await look('file')).toMatchObject({ 'a.txt': 'two\n' })
  // Another commit than was left.
  at = { ...at, commit: workspace.commit }
  expect(await look('file')).toMatchObject({ 'a.txt': 'one\n' })
  // Work that was cut off says nothing.
  await withCheckout(world, at, 'file', async (folder) => {
    enter(checkoutOf(world, 'run-1', folder))
    writeFileSync(join(folder, 'a.txt'), 'half')
  })
  expect(await look('file')).toMatchObject({ 'a.txt': 'one\n' })
  // What programs did, and said nothing about.
  await withCheckout(world, at, 'edit', async (folder) => {
    await runProcess(['rm', 'a.txt'], { cwd: folder, environment: { PATH: process.env['PATH'] ?? '' }, timeoutMilliseconds: 10_000 })
  })
  expect(await look('file')).toMatchObject({ 'a.txt': 'one\n' })
  // Another process's word.
  await withCheckout(world, at, 'file', async (folder) => {
    writeFileSync(join(folder, 'a.txt'), 'half')
    writeFileSync(`${folder}.left`, readOther(at.commit))
  })
  expect(await look('file')).toMatchObject({ 'a.txt': 'one\n' })
})

function readOther(commit: string): string {
  return `${commit} 00000000-0000-4000-8000-000000000000`
}
