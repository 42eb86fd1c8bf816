import { type ProcessResult } from '../process.ts'

/**
 * What can confine commands. Where the kernel keeps no limit of processes, they are only counted, ten times a second; `none` runs commands as the user, with an
 * empty home folder and none of the worker's variables.
 */
export type SandboxLevel = 'bubblewrap' | 'bubblewrap, processes only counted' | 'none'

/** Runs what a workspace brings along. Made once per worker; the level was proved by a canary, never guessed. */
export interface Sandbox {
  level: SandboxLevel
  /** Why commands are not confined. */
  why?: string
  /** The one command or step that mends it. */
  remedy?: string
  /** Runs a command in a folder and leaves no process behind. HOME and TMPDIR are set here, to empty folders that go with the command. */
  run(argv: string[], command: SandboxedCommand): Promise<ProcessResult>
}

/** A command for the sandbox. Paths are absolute and real; inside they are what they are outside. */
export interface SandboxedCommand {
  /** Where it works and may write. */
  folder: string
  /** The whole environment, HOME and TMPDIR apart. */
  environment: Record<string, string>
  /** What it may read besides. */
  readable?: string[]
  /** What it may write besides. */
  writable?: string[]
  /** The dependency folders of the workspace. */
  dependencies?: Dependencies
  /** Whether it reaches the network: only `setup` does. */
  network?: boolean
  timeoutMilliseconds: number
  /** Past this much memory, summed over all its processes, it is killed. Default 4 GiB. */
  memoryBytes?: number
  /** Past this many processes it is killed. Default 512. */
  processes?: number
  /** The kernel refuses more processes and threads at once than these, where the level says so. Default 4,096. */
  tasks?: number
  signal?: AbortSignal
  /** Told of output as it comes, standard error included. */
  onOutput?: (chunk: Buffer) => void
}

/** Dependency folders, as the checkout links to them. */
export interface Dependencies {
  /** The repository they belong to. */
  source: string
  /** Relative to it. */
  paths: string[]
}

/** Which limit ended a command, as the end of a sentence that begins with it; undefined when none did. */
export function limitInWords(ended: ProcessResult['ended']): string | undefined {
  if (ended === 'output') return 'printed more than 20 MB'
  if (ended === 'memory') return 'used more than 4 GiB of memory'
  if (ended === 'processes') return 'had more than 512 processes at once'
  return undefined
}
