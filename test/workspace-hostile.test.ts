import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { appendFileSync, chmodSync, existsSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitStep } from '../activities/workspace/commit.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { openWorkspace } from '../activities/workspace/open.ts'
import { makePatch } from '../activities/workspace/patch.ts'
import { type World } from '../activities/world.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { contents, delivered, newFolder, newRepository, newWorld, opened, removeFolders, userGit, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)

let canary = ''
let evil = ''
/** A program that leaves a trace when anything runs it. */
beforeEach(() => {
  const folder = newFolder()
  canary = join(folder, 'ran')
  evil = join(folder, 'evil.sh')
  writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> ${canary}\ncat\n`)
  chmodSync(evil, 0o755)
})

/** Every setting known to make git run a program, and every hook. */
function poison(gitDir: string): void {
  const settings = [
    ['core.fsmonitor', evil],
    ['core.sshCommand', evil],
    ['core.pager', evil],
    ['core.editor', evil],
    ['core.alternateRefsCommand', evil],
    ['core.gitProxy', evil],
    ['credential.helper', evil],
    ['diff.external', evil],
    ['diff.odd.textconv', evil],
    ['diff.odd.command', evil],
    ['merge.odd.driver', evil],
    ['filter.odd.clean', evil],
    ['filter.odd.smudge', evil],
    ['filter.odd.process', evil],
    ['filter.odd.required', 'true'],
    ['filter.a=b.c.clean', evil],
    ['gpg.program', evil],
    ['commit.gpgSign', 'true'],
    ['uploadpack.packObjectsHook', evil],
    ['remote.origin.uploadpack', evil],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', `ext::${evil}`],
    ['extensions.partialClone', 'origin'],
    ['core.repositoryFormatVersion', '1'],
    ['alias.status', `!${evil}`],
  ]
  for (const [key = '', value = ''] of settings) userGit(gitDir, 'config', '--file', join(gitDir, 'config'), key, value)
  const hooks = [
    'post-index-change',
    'reference-transaction',
    'pre-commit',
    'post-checkout',
    'update',
    'fsmonitor-watchman',
    'post-rewrite',
  ]
  for (const hook of hooks) {
    writeFiles(gitDir, { [`hooks/${hook}`]: readFileSync(evil) })
    chmodSync(join(gitDir, 'hooks', hook), 0o755)
  }
  writeFiles(gitDir, { 'info/attributes': '* filter=odd diff=odd merge=odd\nx* filter=a=b.c\n' })
}

const step = (world: World, workspace: WorkspaceAt, change: (folder: string) => void) =>
  withCheckout(world, workspace, 'edit', async (folder) => {
    change(folder)
    return commitStep(world, workspace, folder, 'step')
  })

describe('a hostile source', () => {
  test('runs nothing while it is opened, worked on and delivered to', async () => {
    const source = newRepository({ 'a.txt': 'one\n', x: 'x\n', '.gitattributes': '* filter=odd diff=odd\n' })
    poison(join(source, '.git'))
    // Looks changed, so that git has to read it again, which is when filters run.
    utimesSync(join(source, 'a.txt'), 1, 1)
    utimesSync(join(source, 'x'), 1, 1)
    const world = newWorld()
    const workspace = await opened(world, source)
    const { commit, tree } = await step(world, workspace, (folder) => writeFiles(folder, { 'a.txt': 'two\n', x: 'y\n' }))
    await makePatch(world, { ...workspace, commit })
    const { branch } = await delivered(world, 'run', { ...workspace, commit })
    expect(existsSync(canary) ? readFileSync(canary, 'utf8') : '').toBe('')
    expect(userGit(source, '-c', 'core.fsmonitor=false', 'rev-parse', `${branch}^{tree}`)).toBe(tree)
  })

  test.each([
    ['a section in other letters', 'config', []],
    ['another file', 'extra', [['include.path', 'extra']]],
    [
      'the settings of one working tree',
      'config.worktree',
      [
        ['core.repositoryFormatVersion', '1'],
        ['extensions.worktreeConfig', 'true'],
      ],
    ],
  ])('runs no filter that %s names', async (_, file, settings) => {
    const source = newRepository({ 'a.txt': 'one\n', '.gitattributes': '* filter=odd\n' })
    const gitDir = join(source, '.git')
    for (const [key = '', value = ''] of settings) userGit(gitDir, 'config', '--file', join(gitDir, 'config'), key, value)
    appendFileSync(join(gitDir, file), `[Filter "odd"]\n\tclean = ${evil}\n`)
    utimesSync(join(source, 'a.txt'), 1, 1)
    await opened(newWorld(), source)
    expect(existsSync(canary)).toBe(false)
    userGit(source, 'status')
    expect(existsSync(canary)).toBe(true)
  })

  test('proves the poison: the user’s own git does run it', () => {
    const source = newRepository()
    poison(join(source, '.git'))
    try {
      userGit(source, 'status')
    } catch {
      // What it answers does not matter.
    }
    expect(existsSync(canary)).toBe(true)
  })

  test('with a missing object is refused and fetches nothing', async () => {
    const source = newRepository({ 'a.txt': 'one\n' })
    const blob = userGit(source, 'rev-parse', 'HEAD:a.txt')
    poison(join(source, '.git'))
    userGit(newFolder(), 'version')
    chmodSync(join(source, '.git/objects', blob.slice(0, 2)), 0o755)
    const object = join(source, '.git/objects', blob.slice(0, 2), blob.slice(2))
    chmodSync(object, 0o644)
    writeFileSync(object, '')
    await expect(openWorkspace(newWorld(), source, 'run-1')).rejects.toMatchObject({
      type: 'RepositoryRefused',
      message: expect.stringMatching(/^Not every file of the commit/),
    })
    expect(existsSync(canary)).toBe(false)
  })

  test('cannot replace its objects behind the commit’s back', async () => {
    const source = newRepository({ 'a.txt': 'one\n' })
    writeFiles(source, { other: 'replaced\n' })
    const other = userGit(source, 'hash-object', '-w', 'other')
    userGit(source, 'replace', userGit(source, 'rev-parse', 'HEAD:a.txt'), other)
    writeFiles(source, { '.git/info/exclude': 'other\n' })
    const world = newWorld()
    const workspace = await opened(world, source)
    expect(await withCheckout(world, workspace, 'edit', async (folder) => contents(folder))).toEqual({ 'a.txt': 'one\n' })
    // Looks clean to the user's git, which takes another commit for this one.
    writeFiles(source, { 'a.txt': 'dirty\n' })
    userGit(source, 'add', 'a.txt')
    userGit(source, 'replace', workspace.base, userGit(source, 'commit-tree', userGit(source, 'write-tree'), '-m', 'other'))
    expect(userGit(source, 'status', '--porcelain')).toBe('')
    await expect(openWorkspace(world, source, 'run-2')).rejects.toMatchObject({
      message: expect.stringMatching(/uncommitted changes: a\.txt/),
    })
  })
})

describe('a hostile workspace', () => {
  test('with a git dir of its own, or a pointer to one, runs nothing and is refused', async () => {
    const source = newRepository()
    const world = newWorld()
    const workspace = await opened(world, source)
    const trap = newRepository()
    poison(join(trap, '.git'))
    const attacks: ((folder: string) => void)[] = [
      (folder) => writeFiles(folder, { '.git': `gitdir: ${trap}/.git\n` }),
      (folder) => writeFiles(folder, { 'src/.git': `gitdir: ${trap}/.git\n` }),
      (folder) => symlinkSync(join(trap, '.git'), join(folder, '.git')),
      (folder) => symlinkSync(join(trap, '.git'), join(folder, 'src/.git')),
    ]
    for (const attack of attacks) await expect(step(world, workspace, attack)).rejects.toMatchObject({ name: 'StepRefused' })
    const { commit } = await step(world, workspace, (folder) => writeFiles(folder, { 'a.txt': 'two\n' }))
    await delivered(world, 'run', { ...workspace, commit })
    expect(existsSync(canary)).toBe(false)
    expect(existsSync(join(trap, '.git/config'))).toBe(true)
  })

  test('with a program called git in it runs nothing, even where PATH names the current folder', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository())
    const path = process.env['PATH']
    process.env['PATH'] = `.:${path}`
    try {
      await step(world, workspace, (folder) => {
        writeFiles(folder, { git: readFileSync(evil) })
        chmodSync(join(folder, 'git'), 0o755)
      })
    } finally {
      process.env['PATH'] = path
    }
    expect(existsSync(canary)).toBe(false)
  })

  test('with attributes that name filters and drivers runs nothing, and its bytes are kept as they are', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository())
    const attributes = '* filter=odd diff=odd merge=odd text eol=crlf ident working-tree-encoding=UTF-16\n'
    const { commit } = await step(world, workspace, (folder) => writeFiles(folder, { '.gitattributes': attributes, 'a.txt': '$Id$ ä\n' }))
    const shown = await withCheckout(world, { ...workspace, commit }, 'test', async (folder) => contents(folder))
    expect(shown['a.txt']).toBe(Buffer.from('$Id$ ä\n').toString('latin1'))
    expect(existsSync(canary)).toBe(false)
  })

  test('whose dependency link was turned elsewhere gets the right one again, and never commits it', async () => {
    const source = newRepository({ '.gitignore': 'node_modules\n', a: '' })
    writeFiles(source, { 'node_modules/m': '' })
    const world = newWorld()
    const workspace = await opened(world, source)
    const turned = (folder: string) => {
      writeFileSync(join(folder, '.gitignore'), '')
      symlinkSync('/etc', join(folder, 'node_modules.new'))
    }
    await expect(step(world, workspace, turned)).rejects.toMatchObject({ name: 'StepRefused' })
    const shown = await withCheckout(world, workspace, 'edit', async (folder) => contents(folder))
    expect(shown).toEqual({ '.gitignore': 'node_modules\n', a: '', node_modules: `link → ${source}/node_modules` })
  })
})
