import { afterAll, expect, test } from '@jest/globals'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { commitStep } from '../activities/workspace/commit.ts'
import { restoreFiles } from '../activities/workspace/put-back.ts'
import { newRepository, newWorld, opened, removeFolders, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)

test('what is put back is as at the base: changed, deleted and added files alike, and nothing else', async () => {
  const [world, source] = [newWorld(), newRepository({ 'test/a.js': 'a', 'test/b.js': 'b', 'product.js': 'old' })]
  const at = await opened(world, source)
  const step = await withCheckout(world, at, 'edit', async (folder) => {
    writeFiles(folder, { 'test/a.js': 'weakened', 'conftest.py': 'new', 'product.js': 'new' })
    rmSync(join(folder, 'test/b.js'))
    return commitStep(world, at, folder, 'edit#1')
  })
  const after = { ...at, commit: step.commit, pack: step.pack }
  await withCheckout(world, after, 'test', async (folder) => {
    const read = (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined)
    const files = ['test/a.js', 'test/b.js', 'conftest.py', 'product.js']
    expect(files.map(read)).toEqual(['weakened', undefined, 'new', 'new'])
    await restoreFiles(world, after, folder, [
      { path: 'test/a.js', change: 'changed' },
      { path: 'test/b.js', change: 'deleted' },
      { path: 'conftest.py', change: 'added' },
    ])
    expect(files.map(read)).toEqual(['a', 'b', undefined, 'new'])
  })
})
