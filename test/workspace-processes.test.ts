import { afterAll, expect, test } from '@jest/globals'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { type World } from '../activities/world.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { contents, newRepository, newWorld, opened, removeFolders } from './workspace.fixture.ts'

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  removeFolders()
})

/** Runs code in a process of its own; it has `withCheckout`, `world`, `workspace` and node's `fs`. */
function inProcess(world: World, workspace: WorkspaceAt, code: string): { child: ChildProcess; ended: Promise<string> } {
  const compiled = new URL('../dist/activities/workspace/checkout.js', import.meta.url)
  const script = `
    import * as fs from 'node:fs'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { withCheckout } from ${JSON.stringify(compiled.href)}
    const world = { stateFolder: ${JSON.stringify(world.stateFolder)}, environment: {}, searchAttributes: [] }
    const workspace = ${JSON.stringify(workspace)}
    ${code}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return { child, ended: new Promise((resolve) => child.once('close', () => resolve(output))) }
}

test('two processes never have the same directory at the same time', async () => {
  const world = newWorld()
  const workspace = await opened(world, newRepository())
  const code = `
    for (let round = 0; round < 8; round++) {
      await withCheckout(world, workspace, 'edit', async (folder) => {
        if (fs.existsSync(folder + '/owner')) throw new Error('shared')
        fs.writeFileSync(folder + '/owner', String(process.pid))
        await sleep(15)
        if (fs.readFileSync(folder + '/owner', 'utf8') !== String(process.pid)) throw new Error('shared')
      })
    }
    console.log('alone')`
  const ends = await Promise.all([1, 2, 3].map(() => inProcess(world, workspace, code).ended))
  expect(ends).toEqual(['alone\n', 'alone\n', 'alone\n'])
})

test('a process killed in the middle of a checkout leaves nothing that the next one would see', async () => {
  const files = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`d${index % 50}/f${index}`, `${index}\n`]))
  const source = newRepository(files)
  for (const least of [1, 20, 45]) {
    const world = newWorld()
    const workspace = await opened(world, source)
    const root = join(world.stateFolder, 'workspaces/run-1')
    const { child, ended } = inProcess(world, workspace, `await withCheckout(world, workspace, 'edit', () => sleep(60_000))`)
    while (!existsSync(join(root, 'tree')) || readdirSync(join(root, 'tree')).length < least) await sleep(1)
    child.kill('SIGKILL')
    await ended
    expect(existsSync(join(root, 'tree.lock'))).toBe(true)
    expect(await withCheckout(world, workspace, 'edit', async (folder) => contents(folder))).toEqual(files)
  }
})

test('a program that outlives its killed worker cannot write into the directory of the next step', async () => {
  const world = newWorld()
  const workspace = await opened(world, newRepository({ a: 'one' }))
  const { child, ended } = inProcess(
    world,
    workspace,
    `await withCheckout(world, workspace, 'edit', async (folder) => { console.log(folder); await sleep(60_000) })`,
  )
  const folder = await new Promise<string>((resolve) => child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())))
  child.kill('SIGKILL')
  await ended
  const next = await withCheckout(world, workspace, 'edit', async (after) => {
    expect(after).not.toBe(folder)
    expect(existsSync(folder)).toBe(false)
    return contents(after)
  })
  expect(next).toEqual({ a: 'one' })
})

test('a lock of a process that is no more is taken over, also when its pid has been given to another one', async () => {
  const world = newWorld()
  const workspace = await opened(world, newRepository())
  const lock = join(world.stateFolder, 'workspaces/run-1/tree.lock')
  const parent = process.ppid
  for (const content of ['999999999 1', `${process.pid} 1`, ...(existsSync('/proc/self/stat') ? [`${parent} 1`] : [])]) {
    writeFileSync(lock, content)
    expect(Object.keys(await withCheckout(world, workspace, 'edit', async (folder) => contents(folder)))).toEqual(['a.txt', 'src/b.js'])
  }
})

test('waiting for a directory ends with the signal', async () => {
  const world = newWorld()
  const workspace = await opened(world, newRepository())
  const controller = new AbortController()
  await withCheckout(world, workspace, 'edit', async () => {
    const second = withCheckout(world, workspace, 'edit', async () => 'never', controller.signal)
    controller.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
  })
})
