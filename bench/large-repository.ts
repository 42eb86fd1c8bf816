import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitStep } from '../activities/workspace/commit.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { makePatch } from '../activities/workspace/patch.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { openWorkspace } from '../activities/workspace/open.ts'
import { type World } from '../activities/world.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { folderStore } from '../store/folder.ts'

const [files, versions, versionBytes, steps] = [10_000, 100, 2_000_000, 200]
const edited = 'd1/e1/f1.js'

/** Times what a run does with a repository of 10,000 files and 200 MB of history, and restoring its 200th step. Start: `npm run bench:large`. */
async function main(root: string): Promise<void> {
  const source = join(root, 'source')
  await timed(`made: ${files} files, ${(versions * versionBytes) / 1e6} MB of history`, () => makeRepository(source))
  const world = worldIn(root, 'first')
  const opened = await timed('open', () => openWorkspace(world, source, 'run'))
  let at: WorkspaceAt = { key: 'run', source, base: opened.base, commit: opened.base, pack: opened.pack }
  const step = async (number: number) => {
    const { commit, pack } = await withCheckout(world, at, 'edit', async (folder) => {
      appendFileSync(join(folder, edited), `// ${number}\n`)
      return commitStep(world, at, folder, `edit#${number}`)
    })
    at = { ...at, commit, pack }
  }
  const look = (there: World) => withCheckout(there, at, 'test', async () => undefined)
  await timed('first edit, its checkout included', () => step(1))
  await timed('second edit', () => step(2))
  await timed('first test checkout', () => look(world))
  await timed('second test checkout', () => look(world))
  await timed('patch', () => makePatch(world, at))
  await timed('restore of step 2 in another state folder, its checkout included', () => look(worldIn(root, 'second')))
  await timed(`${steps - 2} more edits`, async () => {
    for (let number = 3; number <= steps; number += 1) await step(number)
  })
  await timed(`restore of step ${steps} in another state folder, its checkout included`, () => look(worldIn(root, 'third')))
}

function worldIn(root: string, name: string): World {
  return { store: folderStore(join(root, 'artifacts')), stateFolder: join(root, name), environment: {}, searchAttributes: [], sandbox }
}

async function makeRepository(folder: string): Promise<void> {
  await run('git', ['init', '--quiet', folder])
  await run('git', ['-C', folder, 'fast-import', '--quiet'], history())
  await run('git', ['-C', folder, 'reset', '--quiet', '--hard', 'main'])
  await run('git', ['-C', folder, 'symbolic-ref', 'HEAD', 'refs/heads/main'])
}

function* history(): Generator<Buffer | string> {
  const head = (at: number) => `commit refs/heads/main\ncommitter a <a@localhost> ${1_600_000_000 + at} +0000\ndata 1\nx\n`
  yield head(0)
  for (let index = 0; index < files; index += 1) {
    const text = Array.from({ length: 60 }, (_, line) => `let value${line} = ${Math.imul(index + 1, line + 7919)}\n`).join('')
    yield `M 100644 inline d${index % 100}/e${index % 7}/f${index}.js\ndata ${text.length}\n${text}\n`
  }
  for (let version = 1; version <= versions; version += 1) {
    yield `${head(version)}M 100644 inline large.bin\ndata ${versionBytes}\n`
    yield randomBytes(versionBytes)
    yield '\n'
  }
  yield `${head(versions + 1)}D large.bin\n`
}

async function run(command: string, words: string[], input: Iterable<Buffer | string> = []): Promise<void> {
  const child = spawn(command, words, { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = once(child, 'close')
  for (const chunk of input) if (!child.stdin.write(chunk)) await once(child.stdin, 'drain')
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${String(code)}`)
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  const memory = Math.round(process.memoryUsage().rss / 1e6)
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(2).padStart(8)} s  ${String(memory).padStart(5)} MB  ${what}\n`)
  return result
}

const sandbox = await openSandbox()
const root = mkdtempSync(join(tmpdir(), 'loopwright-large-'))
try {
  await main(root)
} finally {
  rmSync(root, { recursive: true, force: true })
}
