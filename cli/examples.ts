import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { runProcess } from '../activities/process.ts'
import { packageFolder } from './package.ts'
import { UsageProblem } from './usage.ts'

const Packages = z.record(z.string(), z.unknown()).optional()
const Manifest = z.looseObject({ dependencies: Packages, devDependencies: Packages })

/** A repository to repair. */
export interface Job {
  repo: string
  test: string
}

/** Copies the example repositories that ship with Loopwright into the state folder, as git repositories; those that are there are left alone. */
export async function prepareExamples(stateFolder: string): Promise<Job[]> {
  const root = packageFolder()
  const names = (await readdir(join(root, 'examples'))).filter((name) => name.startsWith('broken-')).sort()
  const target = resolve(stateFolder, 'examples')
  await mkdir(target, { recursive: true })
  const jobs: Job[] = []
  for (const name of names) {
    const repo = join(target, name)
    if (!existsSync(repo)) await copyRepository(join(root, 'examples', name), repo, target, join(root, 'node_modules'))
    jobs.push({ repo, test: existsSync(join(repo, 'package.json')) ? 'npm test' : 'python3 -m unittest -v' })
  }
  return jobs
}

/** Made beside its place and renamed, so that an interrupted copy is never taken for a repository. */
async function copyRepository(source: string, repo: string, folder: string, packages: string): Promise<void> {
  const draft = await mkdtemp(join(folder, 'draft-'))
  try {
    await cp(source, draft, { recursive: true, filter: (path) => !/[\\/](node_modules|__pycache__)$/.test(path) })
    await git(draft, 'init', '--quiet', '--initial-branch=main')
    await git(draft, 'add', '--all')
    await git(draft, 'commit', '--quiet', '--message', 'The example as it ships')
    if (await needsPackages(draft)) await linkPackages(packages, join(draft, 'node_modules'))
    await rename(draft, repo)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function needsPackages(repo: string): Promise<boolean> {
  const text = await readFile(join(repo, 'package.json'), 'utf8').catch(() => '{}')
  const { dependencies = {}, devDependencies = {} } = Manifest.parse(JSON.parse(text))
  return Object.keys({ ...dependencies, ...devDependencies }).length > 0
}

/** Each package is a link; the folder itself is real, because a linked one is neither ignored by `node_modules/` nor taken along. */
async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to)
  for (const name of await readdir(from)) await symlink(join(from, name), join(to, name))
}

async function git(cwd: string, ...words: string[]): Promise<void> {
  const person = { NAME: 'Loopwright', EMAIL: 'loopwright@localhost' }
  const environment = {
    PATH: process.env['PATH'] ?? '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...Object.fromEntries(
      Object.entries(person).flatMap(([key, value]) => [`GIT_AUTHOR_${key}`, `GIT_COMMITTER_${key}`].map((name) => [name, value])),
    ),
  }
  const { exitCode, ended, output } = await runProcess(['git', ...words], { cwd, environment, timeoutMilliseconds: 60_000 })
  if (ended === 'not found') throw new UsageProblem('git is not installed, and the examples are git repositories', 'install git')
  if (exitCode !== 0) throw new Error(`git ${words[0]} failed: ${output.toString('utf8').trim()}`)
}
