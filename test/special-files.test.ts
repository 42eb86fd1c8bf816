import { afterAll, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { NotRegular, readInside, readRegular, writeInside } from '../activities/regular-file.ts'
import { repairFolder } from '../activities/repair/repair.ts'
import { readSourceMap } from '../activities/repair/source-map.ts'
import { detect } from '../activities/tests/detect.ts'
import { placeReporter } from '../activities/tests/reporter.ts'
import { checksOf } from '../activities/tests/results.ts'
import { runTestCommand } from '../activities/tests/run.ts'
import { createUseTool } from '../activities/tools/use.ts'
import { placesOf } from '../activities/workspace/places.ts'
import { isRef, type Json } from '../contract/json.ts'
import { contents, newFolder, newRepository, newWorld, opened, removeFolders, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)
const pipe = (path: string) => execFileSync('mkfifo', [path])

/** A folder with everything that may stand in a file's place. */
async function planted(): Promise<{ folder: string; outside: string; close: () => void }> {
  const [folder, outside] = [newFolder(), newFolder()]
  writeFiles(outside, { secret: 'secret' })
  writeFiles(folder, { plain: 'plain', 'inner/plain': 'inner' })
  pipe(join(folder, 'pipe'))
  symlinkSync(join(outside, 'secret'), join(folder, 'link'))
  symlinkSync(outside, join(folder, 'away'))
  symlinkSync('inner/plain', join(folder, 'near'))
  symlinkSync('pipe', join(folder, 'to-pipe'))
  symlinkSync('/dev/zero', join(folder, 'device'))
  symlinkSync('round', join(folder, 'round'))
  const server = createServer()
  await new Promise<void>((done) => server.listen(join(folder, 'socket'), done))
  return { folder, outside, close: () => server.close() }
}

test('what stands in the place of a file is neither waited for nor followed nor written through', async () => {
  const { folder, outside, close } = await planted()
  const refuses = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return error instanceof NotRegular ? error.what : (error as { code?: string }).code
    }
    return undefined
  }
  expect(readRegular(join(folder, 'plain')).toString()).toBe('plain')
  expect(readInside(folder, 'near').toString()).toBe('inner')
  const reads = { pipe: 'special', socket: 'special', link: 'link', device: 'link', inner: 'folder', nothing: 'ENOENT' }
  for (const [name, why] of Object.entries(reads)) expect([name, refuses(() => readRegular(join(folder, name)))]).toEqual([name, why])
  expect(refuses(() => readRegular('/dev/zero'))).toBe('special')
  expect(refuses(() => readRegular(join(folder, 'plain'), 4))).toBe('large')
  const inside = { link: 'outside', 'away/secret': 'outside', device: 'outside', 'to-pipe': 'special', round: 'ELOOP' }
  for (const [name, why] of Object.entries(inside)) expect([name, refuses(() => readInside(folder, name))]).toEqual([name, why])
  const writes = {
    link: 'link',
    near: 'link',
    'away/secret': 'outside',
    pipe: 'special',
    socket: 'special',
    inner: 'folder',
    device: 'link',
  }
  for (const [name, why] of Object.entries(writes)) expect([name, refuses(() => writeInside(folder, name, 'x'))]).toEqual([name, why])
  writeInside(folder, 'plain', 'new')
  expect([readFileSync(join(folder, 'plain'), 'utf8'), contents(outside)]).toEqual(['new', { secret: 'secret' }])
  close()
})

/** Calls tools at a workspace's commit, one after the other. */
async function tools(files: Record<string, string>) {
  const world = newWorld()
  const workspace = await opened(world, newRepository(files))
  const useTool = createUseTool(world, { tests: async () => ({ text: '' }), repair: async () => ({ text: '' }) })
  let count = 0
  return {
    tree: placesOf(world, workspace.key).checkout('tree').workTree,
    async use(tool: string, args: { [key: string]: Json }) {
      count += 1
      const call = { run: 'r', stage: `s#${count}`, tool, arguments: args, workspace: { ...workspace }, minutes: 1, allowRun: true }
      const result = await useTool({ ...call, inlineBytes: 1_000_000 })
      if (result.commit) workspace.commit = result.commit
      return { failed: result.failed === true, text: isRef(result.text) ? '' : result.text }
    },
  }
}

test('a command that leaves pipes where git reads its settings, or in place of a file, is told so, and the next step is none the worse', async () => {
  const { use } = await tools({ 'a.txt': 'one\n', 'b/c.txt': 'c\n' })
  const plantings = {
    'mkfifo .gitignore': /^\.gitignore is not a regular file, and git reads it; nothing was kept/,
    'mkfifo b/.gitattributes': /^b\/\.gitattributes is not a regular file/,
    'ln -s /dev/zero .gitmodules': /^\.gitmodules is not a regular file/,
    'sh -c "rm a.txt && mkfifo a.txt"': /^The changes cannot be committed; nothing was kept: git add: .*a\.txt/,
  }
  for (const [command, said] of Object.entries(plantings)) {
    expect([command, await use('run', { command })]).toEqual([command, { failed: true, text: expect.stringMatching(said) }])
    expect(await use('list', {})).toEqual({ failed: false, text: 'a.txt\nb/\nb/c.txt' })
  }
  const harmless = `sh -c "mkfifo p b/q && echo two > a.txt && touch 'x\n b.txt'"`
  expect((await use('run', { command: harmless })).failed).toBe(false)
  expect((await use('list', {})).text).toBe('a.txt\nb/\nb/c.txt\nx\\n b.txt')
})

test('tools that meet a pipe say what it is', async () => {
  const { use, tree } = await tools({ 'a.txt': 'one\n' })
  const calls = { read: {}, edit: { search: 'a', replace: 'b' }, write: { content: 'b' }, search: { pattern: 'a' } }
  for (const [tool, args] of Object.entries(calls)) {
    // After a write the checkout is taken as it was left.
    await use('write', { path: 'b.txt', content: `${tool}\n` })
    pipe(join(tree, 'pipe'))
    expect([tool, await use(tool, { path: 'pipe', ...args })]).toEqual([tool, { failed: true, text: 'pipe is not a regular file.' }])
    await use('run', { command: 'true' })
  }
  expect(await use('search', { pattern: 'one' })).toEqual({ failed: false, text: 'a.txt:1:one' })
})

test('results, settings and source maps that are no file are none, and a test file that was replaced did not pass', async () => {
  const { folder, close } = await planted()
  for (const name of ['pipe', 'socket', 'link', 'device', 'inner']) {
    const report = newFolder()
    const reporter = await placeReporter(
      ['node', '--test'],
      { ...(await detect(['node', '--test'], folder))!, framework: 'node' },
      folder,
      report,
    )
    if (name === 'pipe') pipe(join(report, 'results'))
    else symlinkSync(join(folder, name), join(report, 'results'))
    expect(reporter?.read()).toBeUndefined()
  }
  const passed = (file: string) => ({ file: join(folder, file), titles: [], status: 'passed' as const, empty: true })
  const statuses = checksOf(['pipe', 'link', 'to-pipe', 'plain'].map(passed), folder).map(({ file, status }) => [file, status])
  expect(statuses).toEqual([
    ['link', 'failed'],
    ['pipe', 'failed'],
    ['plain', 'passed'],
    ['to-pipe', 'failed'],
  ])
  for (const name of ['pipe', 'socket', 'device', 'to-pipe']) expect(readSourceMap(join(folder, 'a.js'), name)).toBeUndefined()
  for (const plant of [pipe, (path: string) => symlinkSync('/dev/zero', path)]) {
    rmSync(join(folder, 'package.json'), { force: true })
    plant(join(folder, 'package.json'))
    expect(await detect(['npm', 'test'], folder)).toBeUndefined()
  }
  close()
})

test('repair goes on where tests put pipes and links in place of sources and traces, and writes nothing through them', async () => {
  const [folder, outside] = [newFolder(), newFolder()]
  const source = 'exports.add = (a, b) => a - b\n'
  writeFiles(outside, { 'sum.js': source })
  const before = statSync(join(outside, 'sum.js')).mtimeMs
  writeFiles(folder, {
    'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
    'sum.js': source,
    'sum.test.js': `const { add } = require('./sum.js'), fs = require('node:fs'), path = require('node:path')
const { execFileSync } = require('node:child_process')
require('node:test')('adds', () => {
  const pipe = (path) => (fs.rmSync(path, { force: true }), execFileSync('mkfifo', [path]))
  fs.rmSync('sum.js', { force: true })
  fs.symlinkSync(${JSON.stringify(join(outside, 'sum.js'))}, 'sum.js')
  const traces = process.env.LOOPWRIGHT_TRACE
  if (traces) { pipe(path.join(traces, 'pipe.json')); fs.symlinkSync('/dev/zero', path.join(traces, 'zero.json')); fs.writeFileSync(path.join(traces, 'broken.json'), '{') }
  require('node:assert').equal(add(2, 3), 5)
})\n`,
  })
  const { sandbox } = newWorld()
  const runTests = (call: Parameters<Parameters<typeof repairFolder>[0]['runTests']>[0]) =>
    runTestCommand({ ...call, sandbox, readable: [folder, ...(call.readable ?? [])] })
  const result = await repairFolder({ folder, argv: ['npm', 'test'], minutes: 1, runTests })
  expect(result.found).toBe('all')
  expect(readFileSync(join(folder, 'sum.js'), 'utf8')).toBe(source.replace('a - b', 'a + b'))
  expect([readFileSync(join(outside, 'sum.js'), 'utf8'), statSync(join(outside, 'sum.js')).mtimeMs]).toEqual([source, before])
}, 60_000)
