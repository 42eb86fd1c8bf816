import { readdirSync, readFileSync } from 'node:fs'

/** What a process and all that descend from it use. */
export interface TreeUse {
  processes: number
  bytes: number
}

/** How much the processes below one may use together. */
export interface TreeLimits {
  memoryBytes: number
  processes: number
}

const sampleMilliseconds = 100
/** Of every Linux that Node runs on, as `getconf PAGESIZE` says; where pages are larger the limit is reached earlier. */
const pageBytes = 4_096

/**
 * Looks at a process and its descendants ten times a second, and says which limit they have passed. The kernel's limit of processes counts threads too and can't be
 * had everywhere (`tasks.ts`); RLIMIT_AS breaks WebAssembly. Linux only. Returns what stops the watching.
 */
export function watchTree(pid: number, limits: TreeLimits, exceeded: (why: 'memory' | 'processes') => void): () => void {
  const timer = setInterval(() => {
    const { processes, bytes } = treeUse(pid)
    if (processes > limits.processes) exceeded('processes')
    else if (bytes > limits.memoryBytes) exceeded('memory')
  }, sampleMilliseconds)
  return () => clearInterval(timer)
}

/** What a process and its descendants use now, the process itself not counted. */
export function treeUse(pid: number): TreeUse {
  const children = new Map<number, { pid: number; bytes: number }[]>()
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? readStat(name) : undefined
    if (!found) continue
    const siblings = children.get(found.parent) ?? []
    siblings.push({ pid: Number(name), bytes: found.bytes })
    children.set(found.parent, siblings)
  }
  const use = { processes: 0, bytes: 0 }
  const waiting = [pid]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const child of children.get(next) ?? []) {
      use.processes += 1
      use.bytes += child.bytes
      waiting.push(child.pid)
    }
  return use
}

function readStat(name: string): { parent: number; bytes: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
    // The name of the program, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), bytes: Number(fields[21]) * pageBytes }
  } catch {
    return undefined
  }
}
