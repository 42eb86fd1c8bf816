import { afterAll, describe, expect, test } from '@jest/globals'
import { MockActivityEnvironment } from '@temporalio/testing'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createWorkspaceActivities } from '../activities/workspace/activities.ts'
import { commitStep } from '../activities/workspace/commit.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { changedFiles, readAt } from '../activities/workspace/history.ts'
import { openWorkspace } from '../activities/workspace/open.ts'
import { makePatch } from '../activities/workspace/patch.ts'
import { type World } from '../activities/world.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import {
  contents,
  delivered,
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

/** One mutating step; what `change` does to the folder becomes a commit. */
function step(world: World, workspace: WorkspaceAt, change: (folder: string) => void, stage = 'loop#1/attempt#1/edit#1') {
  return withCheckout(world, workspace, 'edit', async (folder) => {
    change(folder)
    return commitStep(world, workspace, folder, stage)
  })
}

const look = (world: World, workspace: WorkspaceAt, purpose: 'edit' | 'test' = 'edit') =>
  withCheckout(world, workspace, purpose, async (folder) => contents(folder))

const undelivered = (what: RegExp) => ({ undelivered: expect.stringMatching(what) })
const refused = (what: RegExp) => ({ type: 'RepositoryRefused', message: expect.stringMatching(what) })

describe('opening a workspace', () => {
  test('names the commit, tree and branch of the source, and leaves the source as it was', async () => {
    const source = newRepository()
    const before = contents(source)
    const answer = await openWorkspace(newWorld(), source, 'run-1')
    expect(answer).toEqual({
      key: 'run-1',
      source,
      base: userGit(source, 'rev-parse', 'HEAD'),
      pack: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: expect.any(Number) },
      tree: userGit(source, 'rev-parse', 'HEAD^{tree}'),
      head: 'main',
    })
    expect(contents(source)).toEqual(before)
  })

  test('a second opening with the same key gives the same answer although the source has moved on', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const first = await openWorkspace(world, source, 'run-1')
    writeFiles(source, { 'a.txt': 'two\n' })
    userGit(source, 'commit', '--quiet', '-am', 'second')
    writeFiles(source, { 'a.txt': 'dirty\n' })
    expect(await openWorkspace(world, source, 'run-1')).toEqual(first)
  })

  test('two openings at once give one workspace', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const answers = await Promise.all([1, 2, 3].map(() => openWorkspace(world, source, 'run-1')))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })

  test('only the commit is copied, not the history before it', async () => {
    const [world, source] = [newWorld(), newRepository({ 'old.txt': 'old\n' })]
    const old = userGit(source, 'rev-parse', 'HEAD:old.txt')
    userGit(source, 'rm', '--quiet', 'old.txt')
    writeFiles(source, { 'new.txt': 'new\n' })
    userGit(source, 'add', '--all')
    userGit(source, 'commit', '--quiet', '-m', 'second')
    const workspace = await opened(world, source)
    const gitDir = join(world.stateFolder, 'workspaces/run-1/git')
    expect(() => userGit(gitDir, 'cat-file', '-e', old)).toThrow()
    expect(userGit(gitDir, 'rev-list', '--count', workspace.base)).toBe('1')
    expect(await look(world, workspace)).toEqual({ 'new.txt': 'new\n' })
  })

  test('what is no repository to work on is refused in one sentence', async () => {
    const world = newWorld()
    const plain = newFolder()
    writeFiles(plain, { file: '' })
    const empty = newFolder()
    userGit(empty, 'init', '--quiet')
    const broken = newFolder()
    writeFiles(broken, { '.git': 'gitdir: /nowhere\n' })
    const bare = newFolder()
    userGit(bare, 'init', '--quiet', '--bare')
    const source = newRepository()
    const open = (path: string) => openWorkspace(world, path, 'run-1')
    await expect(open('relative/path')).rejects.toMatchObject(refused(/not absolute/))
    await expect(open(join(plain, 'nothing'))).rejects.toMatchObject(refused(/no folder/))
    await expect(open(join(plain, 'file'))).rejects.toMatchObject(refused(/not a folder/))
    await expect(open(plain)).rejects.toMatchObject(refused(/not a git repository/))
    await expect(open(broken)).rejects.toMatchObject(refused(/not a git repository/))
    await expect(open(bare)).rejects.toMatchObject(refused(/bare repository/))
    await expect(open(empty)).rejects.toMatchObject(refused(/no commit yet/))
    await expect(open(join(source, 'src'))).rejects.toMatchObject(refused(/only a subfolder of the repository/))
    expect(existsSync(join(world.stateFolder, 'workspaces/run-1/opened.json'))).toBe(false)
    await expect(openWorkspace(world, source, '../x')).rejects.toMatchObject({ type: 'InvalidInput' })
  })

  test('uncommitted changes are refused and listed, five of them; ignored files are not', async () => {
    const source = newRepository({ 'a.txt': 'one\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n' })
    writeFiles(source, { ignored: '' })
    await openWorkspace(newWorld(), source, 'clean')
    writeFiles(source, { 'a.txt': 'two\n', 'new/file': '', n1: '', n2: '', n3: '', n4: '' })
    rmSync(join(source, 'b.txt'))
    const open = openWorkspace(newWorld(), source, 'dirty')
    await expect(open).rejects.toMatchObject(refused(/uncommitted changes: a\.txt, b\.txt, n1, n2, n3 and 2 more; nothing was changed/))
  })

  test('what is staged only is refused too', async () => {
    const source = newRepository()
    writeFiles(source, { 'a.txt': 'two\n' })
    userGit(source, 'add', 'a.txt')
    writeFiles(source, { 'a.txt': 'one\n' })
    await expect(openWorkspace(newWorld(), source, 'dirty')).rejects.toMatchObject(refused(/uncommitted changes: a\.txt/))
  })

  test('the state folder inside the source is no uncommitted change, and what the user ignores everywhere neither', async () => {
    const source = newRepository()
    const home = newFolder()
    writeFiles(home, { '.config/git/ignore': '.DS_Store\n' })
    writeFiles(source, { '.DS_Store': '' })
    const world = { ...newWorld(), stateFolder: join(source, '.loopwright'), environment: { HOME: home } }
    await openWorkspace(world, source, 'run-1')
    await expect(openWorkspace({ ...world, environment: {} }, source, 'run-2')).rejects.toMatchObject(refused(/\.DS_Store/))
  })

  test('submodules and Git LFS are refused in words', async () => {
    const source = newRepository()
    userGit(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', newRepository(), 'inner')
    userGit(source, 'commit', '--quiet', '-m', 'inner')
    await expect(openWorkspace(newWorld(), source, 'run-1')).rejects.toMatchObject(refused(/submodule inner/))
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'
    const large = newRepository({ '.gitattributes': '*.bin filter=lfs\n', 'x.bin': pointer })
    await expect(openWorkspace(newWorld(), large, 'run-1')).rejects.toMatchObject(refused(/x\.bin in Git LFS/))
    await openWorkspace(newWorld(), newRepository({ '.gitattributes': '*.bin filter=lfs\n', 'x.txt': 'x' }), 'run-1')
  })

  test('a linked worktree, a shared clone and a detached head are repositories like any other', async () => {
    const source = newRepository()
    const tree = join(newFolder(), 'tree: "odd"')
    userGit(source, 'worktree', 'add', '--quiet', tree, '-b', 'side')
    const world = newWorld()
    const workspace = await opened(world, tree)
    expect(Object.keys(await look(world, workspace))).toEqual(['a.txt', 'src/b.js'])
    const clone = join(newFolder(), 'clone')
    userGit(source, 'clone', '--quiet', '--shared', source, clone)
    userGit(clone, 'checkout', '--quiet', '--detach')
    expect((await openWorkspace(world, clone, 'run-2')).head).toBe(workspace.base.slice(0, 10))
    const { branch } = await delivered(world, 'run', {
      ...workspace,
      ...(await step(world, workspace, (folder) => writeFiles(folder, { c: 'c' }))),
    })
    expect(userGit(tree, 'show', `${branch}:c`)).toBe('c')
  })
})

describe('a checkout', () => {
  const files = {
    'a.txt': 'one\n',
    'ä €😀 "quote" \n newline': 'odd\n',
    '-dash': 'dash\n',
    'back\\slash': 'back\n',
    ':(top)magic': 'magic\n',
    'deep/er/file': 'deep\n',
    empty: '',
    'windows.txt': 'a\r\nb\r\n',
    'mixed.txt': 'a\r\nb\n',
    'binary.bin': Buffer.from([0, 255, 1, 254]),
    '.gitattributes': '* text=auto\n*.txt ident\n',
    '.gitignore': 'node_modules/\nbuild/\n*.log\n',
    'tracked.log': 'tracked although ignored\n',
  }

  test('holds exactly the bytes of the commit, whatever attributes say, without .git', async () => {
    const world = newWorld()
    const source = newRepository(files)
    expect(userGit(source, 'cat-file', '-s', 'HEAD:windows.txt')).toBe('4') // text=auto took the carriage returns at the user's commit
    const shown = await look(world, await opened(world, source))
    const bytes = Object.fromEntries(Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString('latin1')]))
    expect(shown).toEqual({
      ...Object.fromEntries(Object.entries(bytes).map(([path, text]) => [Buffer.from(path).toString(), text])),
      'windows.txt': 'a\nb\n',
      'mixed.txt': 'a\nb\n',
    })
  })

  test('is brought back to its commit after any mess', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository(files))
    const clean = await look(world, workspace)
    const messes: ((folder: string) => void)[] = [
      (folder) => writeFiles(folder, { 'a.txt': 'two\n', new: 'new', 'build/out': 'ignored', 'x.log': 'ignored' }),
      (folder) => rmSync(join(folder, 'deep'), { recursive: true }),
      (folder) => {
        rmSync(join(folder, 'a.txt'))
        writeFiles(folder, { 'a.txt/inside/now': 'a folder' })
      },
      (folder) => {
        rmSync(join(folder, 'deep'), { recursive: true })
        symlinkSync('/etc', join(folder, 'deep'))
      },
      (folder) => chmodSync(join(folder, 'a.txt'), 0o755),
      (folder) => {
        // Same size and time as before.
        const { atime, mtime } = statSync(join(folder, 'a.txt'))
        writeFiles(folder, { 'a.txt': 'two\n' })
        utimesSync(join(folder, 'a.txt'), atime, mtime)
      },
      (folder) => writeFiles(folder, { '.git': 'gitdir: /nowhere\n', 'deep/.git': 'gitdir: ..\n', 'other/.git/config': '[core]\n' }),
      (folder) => rmSync(folder, { recursive: true }),
      (folder) => {
        rmSync(folder, { recursive: true })
        writeFileSync(folder, 'a file')
      },
      (folder) => writeFileSync(join(folder, '..', 'tree.index'), 'not an index'),
      (folder) => writeFileSync(join(folder, '..', 'tree.index.lock'), ''),
    ]
    for (const mess of messes) {
      await withCheckout(world, workspace, 'edit', async (folder) => mess(folder))
      expect(await look(world, workspace)).toEqual(clean)
    }
    expect(existsSync('/etc/passwd')).toBe(true)
  })

  test('of a test run lies apart from the edits and from other test runs', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository())
    const folders = await withCheckout(world, workspace, 'edit', (edit) =>
      withCheckout(world, workspace, 'test', (first) => withCheckout(world, workspace, 'test', async (second) => [edit, first, second])),
    )
    expect(new Set(folders).size).toBe(3)
    const again = await withCheckout(world, workspace, 'test', async (folder) => folder)
    expect(again).toBe(folders[1])
  })

  test('links the dependency folders of the source, through resets, and never commits them', async () => {
    const world = newWorld()
    const source = newRepository({ '.gitignore': 'node_modules/\n.venv\n', 'packages/web/x.js': '', 'vendor/kept.js': 'tracked\n' })
    writeFiles(source, { 'node_modules/m/index.js': 'm', 'packages/web/node_modules/n/index.js': 'n', '.venv/bin/python': '' })
    const workspace = await opened(world, source)
    for (const mess of [() => {}, (folder: string) => rmSync(join(folder, 'node_modules'))]) {
      await withCheckout(world, workspace, 'edit', async (folder) => mess(folder))
      const shown = await look(world, workspace)
      expect(shown).toMatchObject({
        node_modules: `link → ${source}/node_modules`,
        '.venv': `link → ${source}/.venv`,
        'packages/web/node_modules': `link → ${source}/packages/web/node_modules`,
        'vendor/kept.js': 'tracked\n',
      })
    }
    const { commit } = await step(world, workspace, (folder) => writeFiles(folder, { '.gitignore': '!node_modules\n', new: '' }))
    const names = userGit(join(world.stateFolder, 'workspaces/run-1/git'), 'ls-tree', '-r', '--name-only', commit).split('\n')
    expect(names).toEqual(['.gitignore', 'new', 'packages/web/x.js', 'vendor/kept.js'])
    expect(readFileSync(join(source, 'node_modules/m/index.js'), 'utf8')).toBe('m')
  })

  test('of a monorepo leads from dependencies to its own packages, not to those of the source', async () => {
    const world = newWorld()
    const source = newRepository({ '.gitignore': 'node_modules/\n', 'packages/a/a.js': 'a', 'packages/b/b.js': 'b' })
    writeFiles(source, { 'node_modules/m/index.js': 'm', 'node_modules/@s/n/index.js': 'n' })
    symlinkSync('../../packages/a', join(source, 'node_modules/@s/a'))
    symlinkSync('../packages/b', join(source, 'node_modules/b'))
    symlinkSync('m', join(source, 'node_modules/alias'))
    const workspace = await opened(world, source)
    const change = (folder: string) => writeFiles(folder, { 'node_modules/mine/x': 'x', 'packages/a/a.js': 'changed' })
    const { commit } = await step(world, workspace, change)
    await withCheckout(world, { ...workspace, commit }, 'test', async (folder) => {
      expect(readFileSync(join(folder, 'node_modules/@s/a/a.js'), 'utf8')).toBe('changed')
      expect(realpathSync(join(folder, 'node_modules/b'))).toBe(join(folder, 'packages/b'))
      expect(realpathSync(join(folder, 'node_modules/alias'))).toBe(join(source, 'node_modules/m'))
      expect(realpathSync(join(folder, 'node_modules/@s/n'))).toBe(join(source, 'node_modules/@s/n'))
      expect(existsSync(join(folder, 'node_modules/mine'))).toBe(false)
    })
    expect((await makePatch(world, { ...workspace, commit })).files).toEqual(['packages/a/a.js'])
    expect(contents(join(source, 'packages'))).toEqual({ 'a/a.js': 'a', 'b/b.js': 'b' })
  })

  test('of a commit that is gone, from the artifact store too, is a lost workspace, said in one sentence', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository())
    const lost = { type: 'WorkspaceLost', message: expect.stringMatching(/is not in .*nothing was changed\.$/) }
    await expect(look(world, { ...workspace, commit: '0'.repeat(40) })).rejects.toMatchObject(lost)
    rmSync(join(world.stateFolder, 'workspaces/run-1/git'), { recursive: true })
    rmSync(join(world.stateFolder, 'artifacts'), { recursive: true })
    await expect(look(world, workspace)).rejects.toMatchObject(lost)
    await expect(makePatch(world, workspace)).rejects.toMatchObject(lost)
    expect(await delivered(world, 'run-1', workspace)).toEqual({
      undelivered: expect.stringMatching(/^No branch was made: The commit .* is not in/),
    })
    await expect(openWorkspace(world, workspace.source, 'run-1')).rejects.toMatchObject(lost)
  })
})

describe('a step', () => {
  test('becomes a commit with the same hash however often it is done; no change gives the commit before', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const workspace = await opened(world, source)
    const change = (folder: string) => writeFiles(folder, { 'a.txt': 'two\n' })
    const first = await step(world, workspace, change)
    expect(first.commit).not.toBe(workspace.commit)
    expect(await step(world, workspace, change)).toEqual(first)
    const shown = ['show', '-s', '--format=%an %ae %aI %cn %ce %cI %P %B', first.commit]
    expect(userGit(join(world.stateFolder, 'workspaces/run-1/git'), ...shown)).toBe(
      `Loopwright loopwright@localhost 2000-01-01T00:00:00+00:00 Loopwright loopwright@localhost 2000-01-01T00:00:00+00:00 ${workspace.base} loop#1/attempt#1/edit#1`,
    )
    const other = newWorld()
    expect(await step(other, await opened(other, source), change)).toEqual(first)
    expect(await step(world, { ...workspace, ...first }, () => {}, 'later')).toEqual(first)
    expect(await look(world, workspace)).toMatchObject({ 'a.txt': 'one\n' })
    expect(await look(world, { ...workspace, commit: first.commit })).toMatchObject({ 'a.txt': 'two\n' })
  })

  test('keeps additions, deletions, renames, empty and binary files, line ends, and the executable bit', async () => {
    const world = newWorld()
    const workspace = await opened(
      world,
      newRepository({ gone: 'g', moved: 'm\n', 'run.sh': '#!/bin/sh\n', '.gitattributes': '* text=auto\n' }),
    )
    const { commit } = await step(world, workspace, (folder) => {
      rmSync(join(folder, 'gone'))
      renameSync(join(folder, 'moved'), join(folder, 'ä "new" name'))
      chmodSync(join(folder, 'run.sh'), 0o755)
      writeFiles(folder, { empty: '', 'crlf.txt': 'a\r\nb\r\n', bin: Buffer.from([0, 200, 13, 10]), '-rf': '-', 'sp ace/x': '' })
      symlinkSync('run.sh', join(folder, 'link'))
    })
    await withCheckout(world, { ...workspace, commit }, 'test', async (folder) => {
      expect(contents(folder)).toEqual({
        '-rf': '-',
        '.gitattributes': '* text=auto\n',
        bin: Buffer.from([0, 200, 13, 10]).toString('latin1'),
        'crlf.txt': 'a\r\nb\r\n',
        empty: '',
        link: 'link → run.sh',
        'run.sh': '#!/bin/sh\n',
        'sp ace/x': '',
        'ä "new" name': 'm\n',
      })
      expect(isExecutable(join(folder, 'run.sh'))).toBe(true)
    })
  })

  test('is told to people and tests as the files that it changed, and each file can be read at each commit', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository({ 'a.txt': 'one\n', gone: '', ':(top)odd\t*': 'odd\n' }))
    const { commit } = await step(world, workspace, (folder) => {
      writeFiles(folder, { 'a.txt': 'two\n', new: '' })
      rmSync(join(folder, 'gone'))
    })
    const after = { ...workspace, commit }
    expect(await changedFiles(world, after)).toEqual([
      { path: 'a.txt', change: 'changed' },
      { path: 'gone', change: 'deleted' },
      { path: 'new', change: 'added' },
    ])
    expect(await readAt(world, after, workspace.base, 'a.txt')).toBe('one\n')
    expect(await readAt(world, after, commit, 'a.txt')).toBe('two\n')
    expect(await readAt(world, after, commit, ':(top)odd\t*')).toBe('odd\n')
    expect(await readAt(world, after, commit, 'gone')).toBeUndefined()
    expect(await readAt(world, after, commit, '.')).toBeUndefined()
  })

  test('that removes everything is a commit too', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository({ a: '' }))
    const { commit } = await step(world, workspace, (folder) => rmSync(join(folder, 'a')))
    expect(await look(world, { ...workspace, commit })).toEqual({})
  })

  test('with a link that leaves the workspace, a repository inside it or a large file is refused, and nothing is kept', async () => {
    const world = newWorld()
    const workspace = await opened(world, newRepository())
    const clean = await look(world, workspace)
    const attacks: [RegExp, (folder: string) => void][] = [
      [/passwd, outside/, (folder) => symlinkSync('/etc/passwd', join(folder, 'p'))],
      [/outside the workspace/, (folder) => symlinkSync('../../../secret', join(folder, 'src/p'))],
      [
        /outside the workspace/,
        (folder) => {
          symlinkSync('..', join(folder, 'src/up'))
          symlinkSync('up/../x', join(folder, 'src/out'))
        },
      ],
      [/a git repository inside/, (folder) => writeFiles(folder, { 'src/.git': 'gitdir: /tmp/evil\n' })],
      [/a git repository inside/, (folder) => writeFiles(folder, { '.GIT/config': '[core]\n' })],
      [
        /a git repository inside/,
        (folder) => {
          mkdirSync(join(folder, 'sub'))
          userGit(join(folder, 'sub'), 'init', '--quiet')
          userGit(join(folder, 'sub'), 'commit', '--quiet', '--allow-empty', '-m', 'x')
        },
      ],
      [/big has 5000001 bytes/, (folder) => writeFiles(folder, { big: Buffer.alloc(5_000_001) })],
    ]
    for (const [why, attack] of attacks) {
      await expect(step(world, workspace, attack)).rejects.toMatchObject({ name: 'StepRefused', message: expect.stringMatching(why) })
      expect(await look(world, workspace)).toEqual(clean)
    }
  })
})

describe('a patch', () => {
  test('is the diff from base to commit, which the user can apply', async () => {
    const [world, source] = [newWorld(), newRepository({ 'a.txt': 'one\n', gone: 'g\n', moved: 'a\nb\nc\nd\n', bin: Buffer.from([0, 1]) })]
    const workspace = await opened(world, source)
    const { commit, tree } = await step(world, workspace, (folder) => {
      writeFiles(folder, { 'a.txt': 'two\nthree\n', bin: Buffer.from([0, 2]), 'ä b': 'new\n' })
      rmSync(join(folder, 'gone'))
      renameSync(join(folder, 'moved'), join(folder, 'renamed'))
    })
    const patch = await makePatch(world, { ...workspace, commit })
    expect(patch).toMatchObject({ base: workspace.base, commit, tree, added: 7, removed: 6 })
    expect(patch.files).toEqual(['a.txt', 'bin', 'gone', 'moved', 'renamed', 'ä b'])
    const file = join(newFolder(), 'patch')
    writeFileSync(file, await world.store.get(patch.diff.sha256))
    userGit(source, 'apply', '--index', file)
    expect(userGit(source, 'write-tree')).toBe(tree)
  })

  test('is delivered as a new branch; working tree, index and HEAD of the source stay as they are', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const workspace = await opened(world, source)
    const { commit, tree } = await step(world, workspace, (folder) => writeFiles(folder, { 'a.txt': 'two\n' }))
    // The user works on meanwhile.
    writeFiles(source, { 'a.txt': 'users work\n', untracked: '' })
    userGit(source, 'add', 'a.txt')
    const shown = () => [
      readFileSync(join(source, '.git/index')),
      userGit(source, 'status', '--porcelain'),
      readFileSync(join(source, '.git/HEAD')),
    ]
    const before = shown()
    const target = { ...workspace, commit }
    expect(await delivered(world, 'test-and-fix-abc', target)).toEqual({ branch: 'loopwright/test-and-fix-abc' })
    expect(await delivered(world, 'test-and-fix-abc', target)).toEqual({ branch: 'loopwright/test-and-fix-abc' })
    expect(shown()).toEqual(before)
    expect(userGit(source, 'show', 'loopwright/test-and-fix-abc:a.txt')).toBe('two')
    expect(userGit(source, 'rev-parse', 'loopwright/test-and-fix-abc^')).toBe(workspace.base)
    expect(userGit(source, 'rev-parse', 'loopwright/test-and-fix-abc^{tree}')).toBe(tree)
    expect(userGit(source, 'show', '-s', '--format=%an|%aI|%cI|%B', 'loopwright/test-and-fix-abc')).toBe(
      'Loopwright|2023-11-14T22:13:20+00:00|2023-11-14T22:13:20+00:00|Mend it',
    )
    userGit(source, 'fsck', '--strict')
  })

  test('is not delivered over another branch of that name, nor into a source that lost the base', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const workspace = await opened(world, source)
    const target = { ...workspace, ...(await step(world, workspace, (folder) => writeFiles(folder, { 'a.txt': 'two\n' }))) }
    userGit(source, 'branch', 'loopwright/run')
    expect(await delivered(world, 'run', target)).toEqual(undelivered(/branch loopwright\/run is already in/))
    expect(userGit(source, 'rev-parse', 'loopwright/run')).toBe(workspace.base)
    userGit(source, 'branch', '-D', 'loopwright/run')
    userGit(source, 'branch', 'loopwright')
    expect(await delivered(world, 'run', target)).toEqual(undelivered(/cannot be made/))
    expect(await delivered(world, 'run', { ...target, source: newRepository({ other: '' }) })).toEqual(undelivered(/no longer in/))
    expect(await delivered(world, 'run', { ...target, source: '/gone' })).toEqual({
      undelivered:
        'No branch was made: There is no folder /gone; nothing was changed. `loopwright show run` writes the patch file and prints the command that applies it.',
    })
  })

  test('gets a branch name that git accepts, whatever the run is called', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const workspace = await opened(world, source)
    const runs = ['gh:org/repo#1', 'gh:org/repo.1', '..', '-x', 'a.lock', '@{', 'ä', ' ', 'x'.repeat(500)]
    const branches: string[] = []
    for (const run of runs) branches.push((await delivered(world, run, workspace)).branch ?? '')
    expect(new Set(branches).size).toBe(runs.length)
    expect(userGit(source, 'for-each-ref', 'refs/heads/loopwright/').split('\n')).toHaveLength(runs.length)
  })
})

test('as activities they take the calls that workflows make', async () => {
  const [world, source] = [newWorld(), newRepository()]
  const activities = createWorkspaceActivities(world)
  const at = { run: 'run-1', stage: 'openWorkspace#1' }
  const environment = new MockActivityEnvironment()
  const base = userGit(source, 'rev-parse', 'HEAD')
  expect(await environment.run(activities.openWorkspace, { ...at, repo: source, key: 'run-1' })).toMatchObject({ key: 'run-1', base })
  const { pack } = await openWorkspace(world, source, 'run-1')
  const workspace = { key: 'run-1', source, base, commit: base, pack }
  expect(await environment.run(activities.makePatch, { ...at, workspace })).toMatchObject({ files: [], added: 0, removed: 0 })
  const delivery = { ...at, workspace, message: 'Mend it', at: 0 }
  expect(await environment.run(activities.deliverPatch, delivery)).toEqual({ branch: 'loopwright/run-1' })
})
