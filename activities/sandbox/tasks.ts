import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A control group of one command's own: its processes and threads together are at most as many as it was made for. */
export interface TaskGroup {
  /** The words before a command that put it, and all that it starts, into the group. */
  enter: string[]
  /** Removes the group, once its last process is gone; waits at most a second for that. */
  leave(): Promise<void>
}

const roots = { v1: '/sys/fs/cgroup/pids', v2: '/sys/fs/cgroup' }
const prefix = 'loopwright-'
const hourMilliseconds = 3_600_000
let made = 0

/**
 * Makes a group below this process's own, so that every limit that holds for the worker holds for its commands too; undefined where this process may not.
 * Only root may, as a rule: others are limited by RLIMIT_NPROC, which counts per user namespace since Linux 5.14 and doesn't hold for root.
 */
export function openTaskGroup(tasks: number, parent: string | undefined = parentGroup()): TaskGroup | undefined {
  if (parent === undefined) return undefined
  const group = join(parent, `${prefix}${process.pid}-${(made += 1)}`)
  try {
    mkdirSync(group)
    writeFileSync(join(group, 'pids.max'), String(tasks))
  } catch {
    return undefined
  }
  return { enter: ['/bin/sh', '-c', 'echo $$ >"$0" && exec "$@"', join(group, 'cgroup.procs')], leave: () => removed(group) }
}

/** Removes groups that killed workers left behind; one that has a process in it, or is young, stays. */
export function removeOldGroups(parent: string | undefined = parentGroup()): void {
  if (parent === undefined) return
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix)))
    // Another worker may have been quicker.
    if (Date.now() - (statSync(join(parent, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > hourMilliseconds)
      isRemoved(join(parent, name))
}

/** How many processes and threads the user may set a limit to: none above the own. */
export function mostTasks(wanted: number): number {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('Max processes'))
  const hard = Number(line?.slice(26).trim().split(/\s+/)[1] ?? NaN)
  return hard < wanted ? hard : wanted
}

/** The group of this process, if groups with a limit of processes may be made in it. */
function parentGroup(): string | undefined {
  const own = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const first = own.find(([, names = '']) => names.split(',').includes('pids'))
  const place = first ? join(roots.v1, first[2] ?? '') : join(roots.v2, own.find(([id]) => id === '0')?.[2] ?? '')
  try {
    accessSync(place, constants.W_OK)
    return first || readFileSync(join(place, 'cgroup.subtree_control'), 'utf8').split(/\s+/).includes('pids') ? place : undefined
  } catch {
    return undefined
  }
}

async function removed(group: string): Promise<void> {
  for (let tries = 0; tries < 100 && !isRemoved(group); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** A group goes when nothing is in it any more. */
function isRemoved(group: string): boolean {
  try {
    rmdirSync(group)
    return true
  } catch {
    return false
  }
}
