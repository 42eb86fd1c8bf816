import { afterAll, afterEach, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitStep } from '../activities/workspace/commit.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { makePatch } from '../activities/workspace/patch.ts'
import { readPack } from '../activities/workspace/pack.ts'
import { newFolder, newRepository, newWorld, opened, removeFolders, userGit, writeFiles } from './workspace.fixture.ts'

const path = process.env['PATH']
afterEach(() => {
  process.env['PATH'] = path
})
afterAll(removeFolders)

const filesOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index % 40}/e${index % 7}/f${index}.js`, `let value = ${index}\n`]))

/** Counts the processes of git that `work` starts. */
async function gitProcesses(work: () => Promise<unknown>): Promise<number> {
  const folder = newFolder()
  const log = join(folder, 'log')
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho >> ${log}\nexec ${real} "$@"\n`)
  chmodSync(join(folder, 'git'), 0o755)
  process.env['PATH'] = `${folder}:${path}`
  await work()
  process.env['PATH'] = path
  return existsSync(log) ? readFileSync(log, 'utf8').length : 0
}

/** The processes of git for each thing that a run does with a workspace. */
async function counts(source: string): Promise<number[]> {
  const world = newWorld()
  let at = await opened(world, source, 'other')
  const edit = () =>
    withCheckout(world, at, 'edit', async (folder) => {
      writeFiles(folder, { 'd1/e1/f1.js': `let value = ${at.commit}\n` })
      const { commit, pack } = await commitStep(world, at, folder, 'edit#1')
      at = { ...at, commit, pack }
    })
  const elsewhere = { ...world, stateFolder: newFolder() }
  const steps = [
    async () => (at = await opened(world, source)),
    edit,
    edit,
    () => withCheckout(world, at, 'test', async () => undefined),
    () => makePatch(world, at),
    () => withCheckout(elsewhere, at, 'test', async () => undefined),
  ]
  const counted: number[] = []
  for (const step of steps) counted.push(await gitProcesses(step))
  return counted
}

test('a repository with many files takes as many processes of git as one with few, for every step and for restoring it', async () => {
  const few = await counts(newRepository(filesOf(400)))
  expect(few.every((count) => count > 0)).toBe(true)
  expect(await counts(newRepository(filesOf(1_500)))).toEqual(few)
})

test('what is kept of a repository does not grow with its history', async () => {
  const source = newRepository(filesOf(50))
  const bytes = async () => {
    const world = newWorld()
    const { pack } = await opened(world, source)
    return (await readPack(world.store, pack)).head.pieces.reduce((total, piece) => total + piece.bytes, 0)
  }
  const before = await bytes()
  for (let number = 1; number <= 5; number += 1) {
    writeFiles(source, { 'large.bin': randomBytes(500_000) })
    userGit(source, 'add', '--all')
    userGit(source, 'commit', '--quiet', '-m', `large ${number}`)
  }
  rmSync(join(source, 'large.bin'))
  userGit(source, 'commit', '--quiet', '-am', 'small again')
  // The commit's own text differs, nothing else.
  expect(Math.abs((await bytes()) - before)).toBeLessThan(100)
})
