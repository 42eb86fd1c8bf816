import { delimiter, isAbsolute } from 'node:path'
import { type ProcessResult, runProcess } from '../process.ts'

/** Where a git command works. A directory that someone else wrote is never asked for its own `.git`. */
export interface GitAt {
  gitDir: string
  workTree?: string
  /** Index file, absolute. */
  index?: string
  /** Object folders that are read beside the git dir's own. */
  objects?: string[]
  /** Settings that win over those of the git dir. */
  settings?: Record<string, string>
}

interface GitOptions {
  input?: string | Uint8Array
  signal?: AbortSignal | undefined
  /** Of the commit that it makes, in milliseconds. */
  date?: number
  /** Past this many bytes it is ended. */
  outputBytes?: number
  /** Exit codes besides 0 that are an answer. */
  accept?: number[]
}

/** Git said no; the message is the first line it printed. */
export class GitFailed extends Error {
  override readonly name = 'GitFailed'
  readonly ended: ProcessResult['ended']

  constructor(args: string[], { output, ended, exitCode }: ProcessResult) {
    const said = output.toString().trim().split('\n')[0]
    super(`git ${args[0] ?? ''}: ${ended ?? (said || `exit code ${exitCode}`)}`)
    this.ended = ended
  }
}

const timeoutMilliseconds = 15 * 60_000
const outputBytes = 2_000_000_000

/** What could make git run a program that a repository names, open a connection, or do housekeeping, is off for every command. */
const settings = {
  'core.fsmonitor': 'false',
  'core.hooksPath': '/dev/null',
  'core.attributesFile': '/dev/null',
  'core.alternateRefsCommand': '',
  'core.untrackedCache': 'false',
  'core.splitIndex': 'false',
  'core.pager': 'cat',
  'core.sshCommand': 'false',
  'diff.external': '',
  'protocol.allow': 'never',
  'protocol.ext.allow': 'never',
  'submodule.recurse': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
}

/** The same for every commit, so that the same tree and parent give the same commit. */
const person = { NAME: 'Loopwright', EMAIL: 'loopwright@localhost', DATE: '2000-01-01T00:00:00+00:00' }

/** How git writes that person at a time, in seconds. */
export function identity(seconds: number): string {
  return `${person.NAME} <${person.EMAIL}> ${seconds} +0000`
}

/** Runs git hardened (RELIABILITY §3) and returns what it printed; throws `GitFailed`. */
export async function git(at: GitAt, args: string[], options: GitOptions = {}): Promise<Buffer> {
  return (await run(at, args, options)).stdout
}

/** As `git`, trimmed text. */
export async function gitLine(at: GitAt, args: string[], options: GitOptions = {}): Promise<string> {
  return (await git(at, args, options)).toString().trim()
}

/** As `git`, split at NUL: for commands with `-z`. */
export async function gitList(at: GitAt, args: string[], options: GitOptions = {}): Promise<string[]> {
  return (await git(at, args, options)).toString().split('\0').filter(Boolean)
}

/** Whether git answers with exit code 0 rather than 1. */
export async function gitSays(at: GitAt, args: string[], options: GitOptions = {}): Promise<boolean> {
  return (await run(at, args, { ...options, accept: [1, ...(options.accept ?? [])] })).exitCode === 0
}

async function run(at: GitAt, args: string[], options: GitOptions): Promise<ProcessResult> {
  const place = [`--git-dir=${at.gitDir}`, ...(at.workTree === undefined ? [] : [`--work-tree=${at.workTree}`, '-c', 'core.bare=false'])]
  const hardening = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const result = await runProcess(['git', '--no-pager', ...place, ...hardening, ...args], {
    cwd: at.workTree ?? at.gitDir,
    environment: environmentOf(at, options.date),
    timeoutMilliseconds,
    outputBytes: options.outputBytes ?? outputBytes,
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.signal ? { signal: options.signal } : {}),
  })
  const accepted = result.exitCode === 0 || options.accept?.some((code) => code === result.exitCode)
  if (result.ended || !accepted) throw new GitFailed(args, result)
  return result
}

function environmentOf({ index, objects, settings: extra = {} }: GitAt, date?: number): Record<string, string> {
  const dated = date === undefined ? person : { ...person, DATE: `@${Math.floor(date / 1000)} +0000` }
  const pairs = Object.entries({ 'core.fsync': 'committed', ...extra }).flatMap(([key, value], number) => [
    [`GIT_CONFIG_KEY_${number}`, key],
    [`GIT_CONFIG_VALUE_${number}`, value],
  ])
  return {
    // A relative entry would find a `git` that the workspace brings along.
    PATH: (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute).join(delimiter),
    HOME: '/dev/null',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    ...Object.fromEntries(
      Object.entries(dated).flatMap(([key, value]) => ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_${key}`, value])),
    ),
    ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
    // Quoted, because a path may hold the separator.
    ...(objects ? { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects.map((path) => JSON.stringify(path)).join(delimiter) } : {}),
    GIT_CONFIG_COUNT: `${pairs.length / 2}`,
    ...Object.fromEntries(pairs),
  }
}
