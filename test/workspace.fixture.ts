import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync, lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { openSandbox } from '../activities/sandbox/open.ts'
import { type World } from '../activities/world.ts'
import { deliverPatch } from '../activities/workspace/deliver.ts'
import { openWorkspace } from '../activities/workspace/open.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { folderStore } from '../store/folder.ts'

const made: string[] = []
const sandbox = await openSandbox()

/** A new empty folder, removed by `removeFolders`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-workspace-'))
  made.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
}

/** The user's own git, as a user runs it. */
export function userGit(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'U',
      GIT_AUTHOR_EMAIL: 'u@x',
      GIT_COMMITTER_NAME: 'U',
      GIT_COMMITTER_EMAIL: 'u@x',
    },
  }).trim()
}

export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

/** A repository with one commit of these files. */
export function newRepository(files: Record<string, string | Uint8Array> = { 'a.txt': 'one\n', 'src/b.js': 'let b = 1\n' }): string {
  const folder = newFolder()
  userGit(folder, 'init', '--quiet', '--initial-branch=main')
  writeFiles(folder, files)
  userGit(folder, 'add', '--all', '--force')
  userGit(folder, 'commit', '--quiet', '--allow-empty', '-m', 'first')
  return folder
}

export function newWorld(): World {
  const stateFolder = newFolder()
  return { store: folderStore(join(stateFolder, 'artifacts')), stateFolder, environment: {}, searchAttributes: [], sandbox }
}

/** A workspace opened on a repository. */
export async function opened(world: World, source: string, key = 'run-1'): Promise<WorkspaceAt> {
  const { base, pack, source: path } = await openWorkspace(world, source, key)
  return { key, source: path, base, commit: base, pack }
}

/** Everything in a folder, as text: path → content, `link → target`, `(folder)`; links are not followed. */
export function contents(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  const walk = (path: string) => {
    for (const name of readdirSync(path)) {
      const inside = join(path, name)
      const stat = lstatSync(inside)
      const key = relative(folder, inside)
      if (stat.isSymbolicLink()) found[key] = `link → ${readlinkSync(inside)}`
      else if (stat.isDirectory()) {
        if (readdirSync(inside).length === 0) found[key] = '(folder)'
        walk(inside)
      } else found[key] = readFileSync(inside).toString('latin1')
    }
  }
  walk(folder)
  return found
}

export function isExecutable(path: string): boolean {
  return (statSync(path).mode & 0o100) !== 0
}

/** Delivers a workspace and gives the branch; what could not be delivered is `undelivered`. */
export function delivered(world: World, run: string, workspace: WorkspaceAt): Promise<{ branch?: string; undelivered?: string }> {
  return deliverPatch(world, { run, stage: 'deliver#1', workspace, message: 'Mend it\n', at: 1_700_000_000_000 })
}
