import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type ProcessResult, runProcess } from '../process.ts'
import { type Sandbox, type SandboxedCommand } from './sandbox.ts'
import { shipped } from './shipped.ts'
import { systemFolders, toolchainOf } from './toolchain.ts'
import { mostTasks, openTaskGroup } from './tasks.ts'
import { watchTree } from './tree.ts'
import { viewOf } from './view.ts'

/** Where the programs are that confine a command. */
export interface Confining {
  bwrap: string
  prlimit: string
}

const home = '/home/agent'
const mebibyte = 1_048_576
const defaults = { memoryBytes: 4_096 * mebibyte, processes: 512, tasks: 4_096 }
const masked = { file: 'root/empty', hosts: 'root/hosts' }

/** Runs commands under bubblewrap. `change` may take a protection away: the tests do, to see that the canary or an escape notices. */
export function bubblewrap(confining: Confining, change: (argv: string[]) => string[] = (argv) => argv): Sandbox {
  return {
    level: 'bubblewrap',
    async run(argv, command) {
      const limits = { ...defaults, ...given(command) }
      const group = openTaskGroup(limits.tasks)
      try {
        const words = change([...(group?.enter ?? []), ...confined(confining, argv, command, limits)])
        return await runConfined([...words, ...argv], command, limits)
      } finally {
        await group?.leave()
      }
    },
  }
}

async function runConfined(words: string[], command: SandboxedCommand, limits: typeof defaults): Promise<ProcessResult> {
  const result = await runProcess(words, {
    cwd: '/',
    // Nothing to hand on; what the command gets is set by name.
    environment: {},
    timeoutMilliseconds: command.timeoutMilliseconds,
    watch: (pid, end) => watchTree(pid, limits, end),
    ...(command.signal ? { signal: command.signal } : {}),
    ...(command.onOutput ? { onOutput: command.onOutput } : {}),
  })
  if (result.ended === 'not found') throw new Error(`${words[0]} is no longer there, so that nothing can be confined; nothing was run.`)
  return wasFound(result) ? result : { ...result, exitCode: null, ended: 'not found', output: Buffer.alloc(0) }
}

function given({ memoryBytes, processes, tasks }: SandboxedCommand): Partial<typeof defaults> {
  const limits = { memoryBytes, processes, tasks }
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}

/** What is said when the command itself cannot be executed. */
function wasFound({ exitCode, stdout, output }: ProcessResult): boolean {
  return (
    !(exitCode === 126 || exitCode === 127) ||
    stdout.length > 0 ||
    !output.toString('latin1', 0, 40).startsWith('prlimit: failed to execute ')
  )
}

/** The command line before the command: nothing of the host is there but what is named here. */
export function confined(
  { bwrap, prlimit }: Confining,
  [program = '']: string[],
  command: SandboxedCommand,
  { memoryBytes, tasks }: Pick<typeof defaults, 'memoryBytes' | 'tasks'>,
): string[] {
  const { folder, network = false } = command
  const environment = { ...command.environment, HOME: home, TMPDIR: '/tmp' }
  const { mounts, links } = layout(command, program)
  return [
    ...[prlimit, '--nofile=4096', `--fsize=${1_024 * mebibyte}`, '--core=0', `--cpu=${seconds(command.timeoutMilliseconds)}`],
    // Only a net below the watched sum: it holds for each process alone, and between two looks.
    ...[`--data=${2 * memoryBytes}`, '--', bwrap],
    ...['--unshare-user', '--disable-userns', '--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup-try'],
    ...(network ? [] : ['--unshare-net']),
    ...['--cap-drop', 'ALL', '--die-with-parent', '--new-session', '--hostname', 'box'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    // Root without privileges may still write the host's settings below /proc/sys.
    ...['--proc', '/proc', '--remount-ro', '/proc'],
    ...['--dev', '/dev', '--size', `${64 * mebibyte}`, '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...mounts,
    ...links.flatMap(({ at, to }) => ['--symlink', to, at]),
    ...['--remount-ro', '/', '--chdir', folder, '--'],
    // Only inside: there it counts the processes of this user namespace, not all of the user's. It does not hold for root.
    ...[realpathSync(prlimit), `--nproc=${mostTasks(tasks)}`, '--'],
  ]
}

interface Mount {
  at: string
  words: string[]
}

/** Everything that is mounted, what holds others first, and the links that come after. */
function layout(command: SandboxedCommand, program: string): { mounts: string[]; links: { at: string; to: string }[] } {
  const { folder, environment, readable = [], writable = [], dependencies, network = false } = command
  const system = systemFolders()
  const tools = toolchainOf(environment['PATH'] ?? '', program)
  const view = dependencies ? viewOf(folder, dependencies) : { readable: [], temporary: [], links: [] }
  const read = (from: string, at = from): Mount => ({ at, words: ['--ro-bind', from, at] })
  const write = (path: string): Mount => ({ at: path, words: ['--bind', path, path] })
  const temporary = (at: string, mebibytes: number): Mount => ({ at, words: ['--size', `${mebibytes * mebibyte}`, '--tmpfs', at] })
  const mounts = [
    ...[temporary('/tmp', 1_024), temporary(home, 256)],
    ...[...system.readable, ...tools.readable, ...toolchains(environment), ...readable].map((path) => read(path)),
    ...hostNames(network).map(([from, at]) => read(from, at)),
    ...view.readable.map(({ from, at }) => read(from, at)),
    ...view.temporary.map((at) => temporary(at, 256)),
    ...[folder, ...writable].map(write),
    ...mask(join(folder, '.git')),
  ]
  const last = new Map(mounts.map((mount) => [mount.at, mount]))
  const ordered = [...last.values()].toSorted((a, b) => (a.at < b.at ? -1 : 1))
  return { mounts: ordered.flatMap(({ words }) => words), links: [...system.links, ...tools.links, ...view.links] }
}

/** Programs in ~/.cargo/bin only start those that rustup has installed here; the empty home folder has none. */
function toolchains({ RUSTUP_HOME: rustup }: Record<string, string>): string[] {
  return rustup !== undefined && existsSync(rustup) ? [realpathSync(rustup)] : []
}

/** Without network only names of this box are known. */
function hostNames(network: boolean): [string, string][] {
  if (!network) return [[shipped(masked.hosts), '/etc/hosts']]
  return ['/etc/hosts', '/etc/resolv.conf'].filter((path) => existsSync(path)).map((path) => [path, path])
}

/** A git dir in the workspace cannot be seen, or written to: the host's git must never meet what was planted there. */
function mask(path: string): Mount[] {
  const found = existsSync(path) ? lstatSync(path) : undefined
  if (found?.isDirectory()) return [{ at: path, words: ['--size', '4096', '--tmpfs', path, '--remount-ro', path] }]
  return found?.isFile() ? [{ at: path, words: ['--ro-bind', shipped(masked.file), path] }] : []
}

function seconds(timeoutMilliseconds: number): number {
  return Math.ceil(timeoutMilliseconds / 1_000) * availableParallelism() + 60
}
