import { afterAll, describe, expect, test } from '@jest/globals'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { bench, refused } from './tools.fixture.ts'
import { newFolder, newRepository, newWorld, opened, removeFolders, userGit, writeFiles } from './workspace.fixture.ts'
import { createUseTool } from '../activities/tools/use.ts'
import { injected } from './tools.fixture.ts'

afterAll(removeFolders)

/** The same for all who only try what is refused. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/** A diff that adds a file, with a mode of its own. */
const added = (path: string, { mode = '100644', text = 'x', to = `b/${path}` } = {}) =>
  `diff --git a/${path} ${to}\nnew file mode ${mode}\n--- /dev/null\n+++ ${to}\n@@ -0,0 +1 @@\n+${text}\n${mode === '120000' ? '\\ No newline at end of file\n' : ''}`

describe('patch', () => {
  test('changes, creates and deletes files by a unified diff, wrong line counts included, and makes one commit', async () => {
    const { use, files, workspace } = await bench({ 'a.txt': 'one\ntwo\nthree\n', 'gone.txt': 'x\n', 'src/b.js': 'let b = 1\n' })
    const before = workspace.commit
    const diff = [
      'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,9 +1,7 @@\n one\n-two\n+TWO\n three\n',
      'diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
      added('new/c.sh', { mode: '100755', text: 'echo' }).trimEnd(),
    ].join('')
    const done = await use('patch', { diff })
    expect(done).toMatchObject({ text: 'Changed a.txt.\nDeleted gone.txt.\nCreated new/c.sh.' })
    expect(await files()).toEqual({ 'a.txt': 'one\nTWO\nthree\n', 'new/c.sh': 'echo\n', 'src/b.js': 'let b = 1\n' })
    expect(workspace.commit).not.toBe(before)
    expect(await use('patch', { diff })).toEqual(refused(/does not apply; nothing was changed/))
  })

  test('the same call from the same commit gives the same commit', async () => {
    const { use, workspace } = await bench()
    const at = { ...workspace }
    const stage = 'loop#1/patch#1'
    const first = await use('patch', { diff: added('n.txt') }, { stage, workspace: at })
    const again = await use('patch', { diff: added('n.txt') }, { stage, workspace: at })
    expect(first.commit).toMatch(/^[0-9a-f]{40}$/)
    expect(again).toMatchObject({ commit: first.commit, tree: first.tree })
  })

  test('an absolute path leads nowhere but inside', async () => {
    const { use, files } = await bench({ 'a.txt': '' })
    await use('patch', { diff: added('x', { to: '/tmp/loopwright-evil' }) })
    expect({ evil: existsSync('/tmp/loopwright-evil'), files: await files() }).toEqual({
      evil: false,
      files: { 'a.txt': '', 'tmp/loopwright-evil': 'x\n' },
    })
  })

  const shared = once(() =>
    bench({ 'a.txt': 'one\n', 'src/b.js': '', '.gitignore': 'build/\nnode_modules/\n' }, (source) => {
      writeFiles(source, { 'node_modules/left/package.json': '{}' })
      symlinkSync('src', join(source, 'out'))
      userGit(source, 'add', 'out')
      userGit(source, 'commit', '--quiet', '-m', 'link')
    }),
  )

  test.each([
    ['a link to a file of the machine', added('passwd', { mode: '120000', text: '/etc/passwd' }), /makes passwd a link/],
    ['a link inside', added('link', { mode: '120000', text: 'a.txt' }), /makes link a link/],
    [
      'a repository',
      'diff --git a/sub b/sub\nnew file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit 0123456789012345678901234567890123456789\n',
      /makes sub a repository|does not apply/,
    ],
    ['a file above the workspace', added('../../evil.txt'), /does not apply/],
    ['a hook', added('.git/hooks/pre-commit'), /does not apply|git's own/],
    ['a hook by another spelling', added('.GIT/hooks/pre-commit'), /does not apply|git's own/],
    ['settings of git below', added('src/.git/config'), /does not apply|git's own/],
    ['a file behind a link', added('out/evil.txt'), /does not apply|link/],
    ['a dependency', added('node_modules/left/index.js'), /read-only/],
    ['what is ignored', added('build/x.js'), /ignored by .gitignore/],
    ['a file that is there', added('a.txt'), /does not apply/],
    [
      'a diff that fits only in part',
      `${added('fits.txt')}${'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-never\n+x\n'}`,
      /does not apply/,
    ],
    [
      'a rename to outside',
      'diff --git a/a.txt b/../a.txt\nsimilarity index 100%\nrename from a.txt\nrename to ../a.txt\n',
      /does not apply/,
    ],
    ['more files than a patch may change', Array.from({ length: 201 }, (_, n) => added(`n/${n}.txt`)).join(''), /201 files/],
    ['no diff at all', 'please change a.txt', /does not apply/],
    ['nothing', 'diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100644\n', /changes nothing|does not apply/],
  ])('%s is refused, and nothing at all is changed', async (_what, diff, why) => {
    const { use, files, workspace } = await shared()
    const before = { files: await files(), commit: workspace.commit }
    expect(await use('patch', { diff })).toEqual(refused(why))
    expect({ files: await files(), commit: workspace.commit }).toEqual(before)
  })
})

describe('git', () => {
  /** A repository with two commits, and what shows whether a program that it names was run. */
  async function withHistory() {
    const source = newRepository({ 'a.txt': 'one\n', 'b.txt': 'b\n' })
    const ran = join(newFolder(), 'ran')
    writeFiles(source, { 'a.txt': 'one\ntwo\n', '.gitattributes': '*.txt diff=evil\n' })
    userGit(source, 'add', '.')
    userGit(source, 'commit', '--quiet', '-m', 'second')
    for (const key of ['diff.evil.command', 'diff.evil.textconv', 'diff.external', 'core.pager', 'pager.log', 'core.fsmonitor'])
      userGit(source, 'config', key, `touch ${ran};`)
    const world = newWorld()
    const workspace = await opened(world, source)
    const useTool = createUseTool(world, injected)
    let count = 0
    const use = async (tool: string, args: Record<string, string | number>) => {
      const call = { run: 'r', stage: `s#${count++}`, tool, arguments: args, workspace: { ...workspace }, minutes: 1, inlineBytes: 100_000 }
      const result = await useTool(call)
      if (result.commit) workspace.commit = result.commit
      return result
    }
    return { use, ran, source, workspace }
  }

  test('log, show, diff and blame tell what was before the work began and what the run did, and run nothing that the repository names', async () => {
    const { use, ran, source } = await withHistory()
    await use('write', { path: 'a.txt', content: 'one\nTWO\n' })
    expect(((await use('git', { view: 'log' })).text as string).split('\n').map((line) => line.replace(/^\S+ /, ''))).toEqual([
      expect.stringMatching(/Loopwright: s#0/),
      expect.stringMatching(/U: second/),
      expect.stringMatching(/U: first/),
    ])
    expect((await use('git', { view: 'log', path: 'b.txt', count: 5 })).text).toMatch(/^\w+ \S+ U: first$/)
    expect((await use('git', { view: 'show', revision: 'base' })).text).toMatch(/second[^]*a.txt +\| 1 \+[^]*\+two/)
    expect((await use('git', { view: 'show', revision: 'HEAD~2' })).text).toMatch(/first[^]*\+one/)
    expect((await use('git', { view: 'diff' })).text).toMatch(/-two\n\+TWO/)
    expect((await use('git', { view: 'diff', path: 'b.txt' })).text).toBe('Nothing.')
    expect((await use('git', { view: 'blame', path: 'a.txt', from: 2 })).text).toMatch(/^[0-9a-f]+ \(Loopwright .* 2\) TWO$/)
    expect((await use('git', { view: 'blame', path: 'a.txt', to: 1 })).text).toMatch(/\(U .* 1\) one$/)
    expect(existsSync(ran)).toBe(false)
    expect(userGit(source, 'log', '--oneline').split('\n')).toHaveLength(2)
  })

  test('where the repository is not at hand the steps of the run are shown all the same', async () => {
    const { use, workspace } = await withHistory()
    await use('write', { path: 'a.txt', content: 'x\n' })
    workspace.source = '/nowhere/at/all'
    expect(((await use('git', { view: 'log' })).text as string).split('\n')).toHaveLength(2)
  })

  const history = once(withHistory)
  test.each<[string, Record<string, string | number>, RegExp]>([
    ['an option in place of a revision', { view: 'log', revision: '--output=/tmp/loopwright-evil' }, /do not fit/],
    ['a revision with a path behind it', { view: 'show', revision: 'HEAD:a.txt' }, /do not fit/],
    ['a name of a branch', { view: 'show', revision: 'main' }, /do not fit/],
    ['a commit that is not there', { view: 'show', revision: 'abcdef' }, /nothing to show/],
    ['a path outside', { view: 'log', path: '../..' }, /outside the workspace/],
    ['an absolute path', { view: 'blame', path: '/etc/passwd' }, /absolute/],
    ["git's own folder", { view: 'log', path: '.git/config' }, /git's own/],
    ['blame of everything', { view: 'blame' }, /needs the path/],
    ['blame of lines that are not there', { view: 'blame', path: 'a.txt', from: 99 }, /nothing to show/],
    ['a path that looks like an option', { view: 'blame', path: '--contents=/etc/passwd' }, /nothing to show/],
    ['another view', { view: 'config' }, /do not fit/],
  ])('%s is refused in words', async (_what, args, why) => {
    const { use } = await history()
    expect(await use('git', args)).toEqual(refused(why))
    expect(existsSync('/tmp/loopwright-evil')).toBe(false)
  })
})
