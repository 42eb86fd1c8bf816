import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { startServer } from '../workers/server.ts'
import { type LoopwrightWorker, startWorker } from '../workers/worker.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'examples'))
    .map((name) => `examples/${name}/README.md`)
    .filter((page) => existsSync(join(root, page))),
]

interface Block {
  page: string
  line: number
  kind: string
  text: string
  /** The comment above it. */
  mark: string | undefined
}

/** The fenced blocks of commands of a page, each with the comment that stands above it. */
function blocksOf(page: string): Block[] {
  const source = readFileSync(join(root, page), 'utf8')
  const fence = /(?:^[ \t]*<!-- (.*?) -->\n)?^([ \t]*)```(sh|bash|shell|console)\n([\s\S]*?)^\2```$/gm
  return [...source.matchAll(fence)].map(({ index, 1: mark, 2: indent = '', 3: kind = '', 4: text = '' }) => ({
    ...{ page, kind, mark, line: source.slice(0, index).split('\n').length },
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))
}

/** Pages whose every command is run, in order, by a test of their own. */
const ownTest: Record<string, string> = { 'docs/temporal-cli.md': 'test/cli-temporal.test.ts', 'docs/models.md': 'test/model-docs.test.ts' }
const blocks = pages.flatMap(blocksOf)
const isRun = ({ page, mark }: Block) => mark === undefined && !(page in ownTest)

/** A command and the lines that it prints. */
interface Step {
  command: string
  printed: string[]
}

/** `$ command` with what it prints after it; in a block of `sh` every line is a command, and what it prints is not told. */
function stepsOf({ kind, text }: Block): Step[] {
  const steps: Step[] = []
  for (const line of text.trimEnd().split('\n')) {
    if (kind !== 'console') steps.push({ command: line.replace(/\s+#.*$/, ''), printed: [] })
    else if (line.startsWith('$ ')) steps.push({ command: line.slice(2), printed: [] })
    else steps.at(-1)?.printed.push(line)
  }
  return steps
}

/** What is told, as a pattern: `…` is anything, alone on its line any lines; RUN is the run; how wide columns are is not compared. */
function pattern(printed: string[], run: string): RegExp {
  const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
  const lines = printed.map((line) => {
    if (line === '…') return '(?:.*\\n)*?'
    return `${escaped(line)
      .replaceAll('…', '.*')
      .replaceAll('RUN', run || 'testAndFix-\\w+')
      .replaceAll(/ {2,}/g, ' {2,}')}\\n`
  })
  return new RegExp(`^${lines.join('')}$`)
}

let folder: string
let project: string
let server: Awaited<ReturnType<typeof startServer>>
let worker: LoopwrightWorker
let running: Promise<void>
let run = ''

/** One server, one worker and one project for all pages: `../mine` has a fault, and the package is installed. */
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'loopwright-documented-')))
  project = join(folder, 'project')
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(join(root, 'dist', 'cli', 'main.js'), join(project, 'node_modules', '.bin', 'loopwright'))
  symlinkSync(join(root, 'examples'), join(project, 'examples'))
  renameSync(makeRepository({ ...brokenSum, 'sum.js': brokenSum['sum.js'].replace('a - b', 'a + b') }), join(folder, 'mine'))
  const stateFolder = join(project, '.loopwright')
  server = await startServer({ stateFolder, ui: false })
  const bundle = process.env['LOOPWRIGHT_TEST_BUNDLE']
  worker = await startWorker({ address: server.address, stateFolder, ...(bundle ? { bundle: { codePath: bundle } } : {}) })
  running = worker.run()
}, 120_000)

afterAll(async () => {
  worker?.shutdown()
  await running
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

async function typed(command: string): Promise<{ code: number | null; out: string }> {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, NO_COLOR: '1', NO_UPDATE_NOTIFIER: '1' }
  const argv = ['sh', '-c', command.replaceAll(/\bRUN\b/g, run)]
  const { exitCode, stdout, output } = await runProcess(argv, { cwd: project, environment, timeoutMilliseconds: 110_000 })
  return { code: exitCode, out: exitCode === 0 ? stdout.toString() : output.toString() }
}

describe('every command that a page shows is run, and prints what the page says', () => {
  test.each(blocks.filter(isRun).map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s',
    async (_place, block) => {
      for (const { command, printed } of stepsOf(block)) {
        const { code, out } = await typed(command)
        run = /^testAndFix-\w{10}$/m.exec(out)?.[0] ?? run
        expect({ command, code, out }).toMatchObject({ code: 0 })
        if (printed.length > 0) expect(out).toMatch(pattern(printed, run))
      }
    },
    240_000,
  )
})

test('a command that is not run here says why, or which test runs it', () => {
  const marks = blocks.filter(({ mark }) => mark !== undefined)
  for (const { page, line, mark = '' } of marks) {
    const [, by] = /^run by (test\/\S+\.test\.ts)$/.exec(mark) ?? []
    const said = by === undefined ? /^not run: \S+( \S+)+$/.test(mark) : existsSync(join(root, by))
    expect({ page, line, mark, said }).toMatchObject({ said: true })
  }
  expect(marks.length).toBeGreaterThan(5)
  for (const [page, by] of Object.entries(ownTest)) expect(readFileSync(join(root, by), 'utf8')).toContain(page.replace('docs/', ''))
})
