import { afterAll, describe, expect, test } from '@jest/globals'
import { MockActivityEnvironment } from '@temporalio/testing'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createUseTool } from '../activities/tools/use.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { commitStep } from '../activities/workspace/commit.ts'
import { isRef, type Json } from '../contract/json.ts'
import { builtinTools, workspaceTools } from '../contract/tools.ts'
import { type UseCall } from '../contract/workspace.ts'
import { runs } from './fixtures/tests/gone.ts'
import { bench, injected, refused } from './tools.fixture.ts'
import { isExecutable, newFolder, newRepository, newWorld, opened, removeFolders, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)

describe('reading', () => {
  test('read gives numbered lines, all or some, and says what is binary, empty or cut', async () => {
    const { use } = await bench({
      'a.txt': 'one\r\ntwo\r\nthree\r\n',
      'no-end': 'x',
      empty: '',
      bin: Buffer.from([1, 0, 2]),
      long: 'line\n'.repeat(3_000),
      wide: 'x'.repeat(200_000),
    })
    expect(await use('read', { path: 'a.txt' })).toEqual({ text: '1\tone\n2\ttwo\n3\tthree' })
    expect((await use('read', { path: './a.txt', from: 2, to: 2 })).text).toBe('2\ttwo')
    expect((await use('read', { path: 'no-end' })).text).toBe('1\tx')
    expect((await use('read', { path: 'empty' })).text).toBe('empty is empty.')
    expect((await use('read', { path: 'bin' })).text).toBe('bin is a binary file of 3 bytes.')
    expect((await use('read', { path: 'long' })).text).toMatch(
      /^1\tline\n[^]*2000\tline\n\[cut after line 2000 of 3000; read on with from\]$/,
    )
    expect((await use('read', { path: 'long', from: 2_999 })).text).toBe('2999\tline\n3000\tline')
    const wide = (await use('read', { path: 'wide' })).text
    expect(wide.length).toBeLessThan(70_000)
    expect(wide).toMatch(/\[cut after line 1 of 1/)
    expect(await use('read', { path: 'a.txt', from: 9 })).toMatchObject(refused(/has 3 lines/))
    expect(await use('read', { path: 'nothing' })).toMatchObject(refused(/nothing does not exist/))
    expect(await use('read', { path: 'a.txt/x' })).toMatchObject(refused(/not a folder/))
    expect(await use('read', { path: '.' })).toMatchObject(refused(/is a folder: use list/))
  })

  test('search gives path, line and text of at most 100 matches, hidden files included and .gitignore respected', async () => {
    const { use } = await bench(
      {
        '.gitignore': 'out/\nnode_modules/\n',
        '.hidden': 'needle\n',
        'src/a.js': 'x\nneedle(1)\n',
        'src/b.ts': 'needle\n',
        many: 'many\n'.repeat(300),
      },
      (source) => writeFiles(source, { 'node_modules/m/index.js': 'needle in a dependency\n', 'out/x': 'needle\n' }),
    )
    expect((await use('search', { pattern: 'need.e' })).text).toBe('.hidden:1:needle\nsrc/a.js:2:needle(1)\nsrc/b.ts:1:needle')
    expect((await use('search', { pattern: 'needle', glob: '*.ts' })).text).toBe('src/b.ts:1:needle')
    expect((await use('search', { pattern: 'needle', path: 'src/a.js' })).text).toBe('src/a.js:2:needle(1)')
    expect((await use('search', { pattern: 'needle', path: 'node_modules/m' })).text).toBe(
      'node_modules/m/index.js:1:needle in a dependency',
    )
    expect((await use('search', { pattern: '--files' })).text).toBe('No matches.')
    const many = (await use('search', { pattern: 'many' })).text.split('\n')
    expect(many).toHaveLength(101)
    expect(many.at(-1)).toMatch(/cut after 100 matches/)
    expect(await use('search', { pattern: '(' })).toMatchObject(refused(/regex parse error/))
    expect(await use('search', { pattern: 'x', path: 'nothing' })).toMatchObject(refused(/nothing/))
  })

  test('list shows levels of folders, sorted, with links named', async () => {
    const { use } = await bench({ 'b/c/d/e': '', a: '', '.gitignore': 'node_modules\n' }, (source) =>
      writeFiles(source, { 'node_modules/m/x': '' }),
    )
    expect((await use('list', {})).text).toBe('.gitignore\na\nb/\nb/c/\nnode_modules -> (outside)')
    expect((await use('list', { path: 'b', depth: 9 })).text).toBe('b/c/\nb/c/d/\nb/c/d/e')
    expect((await use('list', { path: 'node_modules' })).text).toBe('node_modules/m/\nnode_modules/m/x')
    expect(await use('list', { path: 'a' })).toMatchObject(refused(/is a file/))
  })

  test('reading makes no commit', async () => {
    const { use } = await bench()
    for (const result of [await use('read', { path: 'a.txt' }), await use('list', {}), await use('search', { pattern: 'one' })]) {
      expect(result).not.toHaveProperty('commit')
      expect(result).not.toHaveProperty('failed')
    }
  })
})

describe('editing', () => {
  test('edit replaces the one occurrence, and ends in a commit that later calls start from', async () => {
    const { use, files, workspace } = await bench({ 'a.js': 'let a = 1\nlet b = 2\n', 'run.sh': '#!/bin/sh\necho 1\n' })
    const before = workspace.commit
    const result = await use('edit', { path: 'a.js', search: 'a = 1', replace: 'a = $& 5' })
    expect(result).toMatchObject({ text: 'Edited a.js:\n1\tlet a = $& 5\n2\tlet b = 2\n3\t', commit: workspace.commit })
    expect(workspace.commit).not.toBe(before)
    await use('edit', { path: 'a.js', search: 'b = 2', replace: 'b = 3' })
    expect(await files()).toMatchObject({ 'a.js': 'let a = $& 5\nlet b = 3\n' })
  })

  test('edit of a text that is not there once says how often, and shows where', async () => {
    const { use, files } = await bench({ 'a.js': 'function add(a, b) {\n  return a - b\n}\nx\nx\n' })
    const none = await use('edit', { path: 'a.js', search: 'return a  -  b;', replace: '' })
    expect(none).toMatchObject(refused(/does not occur in a\.js \(0 times\)[^]*2\t {2}return a - b/))
    expect(none).not.toHaveProperty('commit')
    expect(await use('edit', { path: 'a.js', search: 'x', replace: 'y' })).toMatchObject(refused(/occurs 2 times in a\.js, at lines 4, 5/))
    expect(await use('edit', { path: 'a.js', search: 'x', replace: 'x' })).toMatchObject(refused(/the same/))
    expect(await use('edit', { path: 'a.js', search: 'zzqq', replace: 'y' })).toMatchObject(refused(/0 times/))
    expect(await files()).toEqual({ 'a.js': 'function add(a, b) {\n  return a - b\n}\nx\nx\n' })
    expect((await use('edit', { path: 'a.js', search: 'x', replace: 'y', all: true })).text).toMatch(/in 2 places/)
    expect((await files())['a.js']).toMatch(/y\ny\n$/)
  })

  test('edit keeps Windows line ends, a byte order mark and the executable bit, and refuses what is no UTF-8', async () => {
    const { use, files, world, workspace } = await bench({
      'w.txt': '\ufeffa\r\nb\r\nc\r\n',
      latin: Buffer.from([0xe4, 10]),
      'run.sh': '#!/bin/sh\n',
    })
    await use('run', { command: 'chmod +x run.sh' })
    await use('edit', { path: 'w.txt', search: 'a\nb', replace: 'x\ny\nz' })
    await use('edit', { path: 'run.sh', search: 'sh', replace: 'sh -e' })
    expect((await files())['w.txt']).toBe(Buffer.from('\ufeffx\r\ny\r\nz\r\nc\r\n').toString('latin1'))
    expect(await withCheckout(world, workspace, 'test', async (folder) => isExecutable(join(folder, 'run.sh')))).toBe(true)
    expect(await use('edit', { path: 'latin', search: 'x', replace: 'y' })).toMatchObject(refused(/not UTF-8/))
  })

  test('write makes files and folders, and says what it cannot keep', async () => {
    const { use, files } = await bench({ 'a.txt': 'one\n', '.gitignore': 'out/\n', 'src/b': '' })
    expect((await use('write', { path: 'new/deep/ä file.txt', content: 'x\ny\n' })).text).toBe('Created new/deep/ä file.txt (2 lines).')
    expect((await use('write', { path: 'a.txt', content: 'two\n' })).text).toBe('Wrote a.txt (1 lines).')
    expect((await use('write', { path: 'a.txt', content: 'two\n' })).text).toMatch(/as it was before/)
    expect(await use('write', { path: 'out/x', content: '' })).toMatchObject(refused(/ignored by \.gitignore/))
    expect(await use('write', { path: 'src', content: '' })).toMatchObject(refused(/is a folder/))
    expect(await use('write', { path: 'a.txt/x', content: '' })).toMatchObject(refused(/not a folder/))
    expect(await use('write', { path: 'y'.repeat(300), content: '' })).toMatchObject(refused(/too long a name/))
    expect(await use('write', { path: 'big', content: 'x'.repeat(5_000_001) })).toMatchObject(refused(/big has 5000001 bytes/))
    expect(await files()).toEqual({ 'a.txt': 'two\n', '.gitignore': 'out/\n', 'src/b': '', [join('new/deep', 'ä file.txt')]: 'x\ny\n' })
  })

  test('the same call twice, as after a crash, gives the same commit', async () => {
    const { world, workspace } = await bench()
    const useTool = createUseTool(world, injected)
    const call: UseCall = {
      ...{ run: 'r', stage: 's', tool: 'edit', allowRun: false, minutes: 1, inlineBytes: 100 },
      arguments: { path: 'a.txt', search: 'one', replace: 'two' },
      workspace,
    }
    expect(await useTool(call)).toEqual(await useTool(call))
  })
})

describe('paths', () => {
  const secret = 'root:'

  test('outside the workspace, by dots, absolute, or through links, are refused by every tool', async () => {
    const outside = newFolder()
    writeFiles(outside, { secret })
    const { use, world, workspace, files } = await bench({ 'a.txt': '', 'src/b': '', '.gitignore': 'node_modules\n' }, (source) => {
      writeFiles(source, { 'node_modules/m/index.js': 'm' })
      symlinkSync(outside, join(source, 'node_modules/out'))
    })
    const before = await files()
    const paths = [
      '..',
      '../x',
      'src/../../x',
      '/etc/passwd',
      `${outside}/secret`,
      'a\0b',
      'node_modules/out/secret',
      'node_modules/../../x',
    ]
    for (const path of paths) {
      expect(await use('read', { path })).toMatchObject(refused(/outside|absolute|NUL/))
      expect(await use('list', { path })).toMatchObject(refused(/outside|absolute|NUL/))
      expect(await use('search', { pattern: secret, path })).toMatchObject(refused(/outside|absolute|NUL/))
      expect(await use('write', { path, content: 'evil' })).toMatchObject(refused(/outside|absolute|NUL|read-only/))
      expect(await use('edit', { path, search: secret, replace: 'evil' })).toMatchObject(refused(/outside|absolute|NUL|read-only/))
    }
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe(secret)
    expect(await files()).toEqual(before)
    await expect(
      withCheckout(world, workspace, 'edit', async (folder) => {
        symlinkSync(outside, join(folder, 'link'))
        return commitStep(world, workspace, folder, 's')
      }),
    ).rejects.toMatchObject({ name: 'StepRefused' })
  })

  test('through a link that the repository itself has are refused too', async () => {
    const outside = newFolder()
    writeFiles(outside, { secret })
    const { use } = await bench({}, () => {})
    expect(await use('list', {})).toMatchObject({ text: '. is empty.' })
    const source = newRepository({ 'a.txt': '' })
    symlinkSync(outside, join(source, 'link'))
    symlinkSync('a.txt', join(source, 'inner'))
    symlinkSync('loop', join(source, 'loop'))
    execFileSync('git', ['-C', source, 'add', '--all'])
    execFileSync('git', ['-C', source, '-c', 'user.name=U', '-c', 'user.email=u@x', 'commit', '-qm', 'links'])
    const world = newWorld()
    const workspace = await opened(world, source)
    const useTool = createUseTool(world, injected)
    const call = { run: 'r', stage: 's', workspace, allowRun: false, minutes: 1, inlineBytes: 10_000 }
    const act = (tool: string, args: { [key: string]: Json }) => useTool({ ...call, tool, arguments: args })
    expect(await act('read', { path: 'link/secret' })).toMatchObject(refused(/outside the workspace through a link/))
    expect(await act('write', { path: 'link/new', content: '' })).toMatchObject(refused(/outside the workspace through a link/))
    expect(await act('read', { path: 'loop' })).toMatchObject(refused(/circle/))
    expect(await act('search', { pattern: secret })).toEqual({ text: 'No matches.' })
    expect(await act('read', { path: 'inner' })).toEqual({ text: 'inner is empty.' })
    expect(existsSync(join(outside, 'new'))).toBe(false)
  })

  test('of git are refused in every spelling, and git is not shown', async () => {
    const { use } = await bench({ 'a.txt': 'x\n' })
    for (const path of ['.git', '.git/config', 'src/.git/hooks/pre-commit', '.GIT/config', './.git', 'a/../.git', '.git /x']) {
      expect(await use('write', { path, content: 'evil' })).toMatchObject(refused(/git's own/))
      expect(await use('read', { path })).toMatchObject(refused(/git's own/))
    }
    expect((await use('list', { depth: 5 })).text).toBe('a.txt')
  })

  test('in dependency folders can be read but not written', async () => {
    const { use, workspace } = await bench({ '.gitignore': 'node_modules\n' }, (source) =>
      writeFiles(source, { 'node_modules/m/index.js': 'm\n' }),
    )
    expect((await use('read', { path: 'node_modules/m/index.js' })).text).toBe('1\tm')
    expect(await use('write', { path: 'node_modules/m/index.js', content: 'evil' })).toMatchObject(refused(/read-only/))
    expect(await use('edit', { path: 'node_modules/m/index.js', search: 'm', replace: 'e' })).toMatchObject(refused(/read-only/))
    expect(await use('write', { path: 'node_modules', content: 'evil' })).toMatchObject(refused(/read-only/))
    expect(readFileSync(join(workspace.source, 'node_modules/m/index.js'), 'utf8')).toBe('m\n')
  })
})

describe('running', () => {
  test('run needs to be allowed, and says which option allows it', async () => {
    const { use } = await bench()
    expect(await use('run', { command: 'touch x' }, { allowRun: false })).toMatchObject(refused(/--allow-run/))
  })

  test('run gives exit code and output, keeps what the command changed, and none of the worker’s keys', async () => {
    const { use, files, world } = await bench({ 'a.txt': 'one\n' })
    world.environment['OPENAI_API_KEY'] = 'secret'
    process.env['OPENAI_API_KEY'] = 'secret'
    const result = await use('run', {
      command: `node -e 'require("fs").writeFileSync("b c", "x"); console.log(JSON.stringify(process.env))'`,
    })
    delete process.env['OPENAI_API_KEY']
    expect(result.text).toMatch(/^Exit code 0, confined by bubblewrap[^.]*\.\n\{/)
    expect(result.text).not.toContain('secret')
    expect(await files()).toEqual({ 'a.txt': 'one\n', 'b c': 'x' })
    expect(await use('run', { command: `node -e 'console.error("no"); process.exit(3)'` })).toMatchObject(
      refused(/^Exit code 3, confined by bubblewrap[^.]*\.\nno/),
    )
    expect(await use('run', { command: 'no-such-program' })).toMatchObject(refused(/no-such-program was not found/))
    expect(await use('run', { command: 'cat a.txt | sh' })).toMatchObject(refused(/without a shell/))
  })

  test('run that goes on too long is killed', async () => {
    const { use } = await bench()
    expect(await use('run', { command: 'sleep 60' }, { minutes: 0.005 })).toMatchObject(refused(/^Killed after/))
  })

  test('a long output is cut, and the whole is an artifact that the marker names', async () => {
    const { use, world } = await bench()
    const { text } = await use('run', { command: `node -e 'for (let i = 0; i < 20000; i++) console.log("line " + i)'` })
    expect(text.split('\n').length).toBeLessThan(5_010)
    expect(text).toMatch(/^Exit code 0, confined by bubblewrap[^.]*\.\nline 0\n/)
    expect(text).toMatch(/line 19999\n$/)
    const [, whole = ''] = /the whole is artifact ([0-9a-f]{64})/.exec(text) ?? []
    expect((await world.store.text(whole)).split('\n')).toHaveLength(20_002)
  })

  test('tests run in a checkout that nobody edits, repair’s edits become a commit', async () => {
    const { use, files } = await bench({ 'a.txt': 'one\n' })
    expect((await use('tests', {})).text).toBe('npm test on a.txt')
    expect(await use('tests', {}, { test: [] })).toMatchObject(refused(/no test command/))
    expect(await use('repair', {})).toMatchObject({ text: 'repaired', commit: expect.any(String) })
    expect(await files()).toEqual({ 'a.txt': 'repaired\n' })
  })

  test('a cancelled command is dead when the activity ends, and the activity ends as cancelled', async () => {
    const { world, workspace } = await bench()
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 10_000 })
    const beats: unknown[] = []
    environment.on('heartbeat', (detail: unknown) => {
      beats.push(detail)
      if (JSON.stringify(detail).includes('pid=')) environment.cancel()
    })
    const command = `node -e 'console.log("pid=" + process.pid); setInterval(() => {}, 1000.0704)'`
    const call = {
      run: 'r',
      stage: 's',

      tool: 'run',
      arguments: { command },
      workspace,
      allowRun: true,
      minutes: 1,
      inlineBytes: 100,
    }
    await expect(environment.run(createUseTool(world, injected), call)).rejects.toMatchObject({ name: 'CancelledFailure' })
    expect(beats.at(-1)).toMatchObject({ tail: expect.stringContaining('pid=') })
    expect(runs('1000.0704')).toBe(false)
    const next = await createUseTool(world, injected)({ ...call, tool: 'read', arguments: { path: 'a.txt' } })
    expect(next.text).toBe('1\tone')
  })
})

describe('a call', () => {
  test('with wrong arguments, or of an unknown tool, comes back as failed with every problem, and does nothing', async () => {
    const { use } = await bench()
    expect(await use('read', { path: 5, from: 0, extra: true })).toMatchObject(refused(/do not fit:[^]*path[^]*from|from[^]*path/))
    expect((await use('read', { path: 5, extra: true })).text).toMatch(/extra/)
    expect(await use('teleport', {})).toMatchObject(refused(/no tool "teleport"/))
    expect(await use('constructor', {})).toMatchObject(refused(/no tool "constructor"/))
    expect(await use('edit', { path: 'a.txt' })).toMatchObject(refused(/search/))
    const none: Partial<UseCall> = {}
    const { world } = await bench()
    const call = {
      run: 'r',
      stage: 's',

      tool: 'read',
      arguments: { path: 'a.txt' },
      allowRun: false,
      minutes: 1,
      inlineBytes: 100,
      ...none,
    }
    expect(await createUseTool(world, injected)(call)).toMatchObject(refused(/none is open/))
    expect(await use('finish', { answer: 'done' })).toEqual({ text: 'done' })
  })

  test('takes long arguments, and gives long results, by reference', async () => {
    const { world, workspace } = await bench()
    const content = 'x\n'.repeat(50_000)
    const ref = await world.store.put(content)
    const useTool = createUseTool(world, injected)
    const call = { run: 'r', stage: 's', workspace, allowRun: false, minutes: 1, inlineBytes: 1_000 }
    const wrote = await useTool({ ...call, tool: 'write', arguments: { path: 'long', content: { ...ref } } })
    const at = { ...workspace, commit: wrote.commit ?? '' }
    const result = await useTool({ ...call, workspace: at, tool: 'read', arguments: { path: 'long' } })
    expect(isRef(result.text)).toBe(true)
    const gone = { sha256: '0'.repeat(64), bytes: 1 }
    await expect(useTool({ ...call, tool: 'write', arguments: { path: 'x', content: gone } })).rejects.toMatchObject({
      type: 'ArtifactMissing',
    })
  })

  test('of the tools that are offered: plain data, short, run only where it is allowed, repair only for the builtin provider', () => {
    const tools = workspaceTools({ allowRun: true, path: 'openWorkspace#1' })
    expect(tools.map((tool) => tool.name)).toEqual(Object.keys(builtinTools))
    expect(JSON.parse(JSON.stringify(tools))).toEqual(tools)
    expect(workspaceTools({ allowRun: false, path: 'p' }).map((tool) => tool.name)).not.toContain('run')
    expect(tools.filter((tool) => tool.provider).map((tool) => [tool.name, tool.provider])).toEqual([['repair', 'builtin']])
    expect(tools.find((tool) => tool.name === 'edit')?.schema).toMatchObject({
      type: 'object',
      required: ['path', 'search', 'replace'],
      additionalProperties: false,
    })
    expect(JSON.stringify(tools.map(({ name, description, schema }) => ({ name, description, schema }))).length).toBeLessThan(5_000)
  })
})
