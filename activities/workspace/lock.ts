import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ifAbsent } from '../../store/absent.ts'

/** The locks that this process holds: its own pid in a lock file means nothing else. */
const held = new Set<string>()
/** How the holder before ended. After a death, programs that it had started may still run. */
export type Holder = 'released' | 'died'

const pollMilliseconds = 20
/** Taking over a dead holder's lock takes milliseconds; a guard older than this was left by a killed process. */
const guardMilliseconds = 10_000

/** Does work while holding a lock that neither this process nor another one shares; a dead holder's lock is taken over. */
export async function withLock<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  return withFirstFree(() => path, signal, work)
}

/** As `withLock`, with the first free one of `path(0)`, `path(1)`, …; a function that always gives the same path waits for it. */
export async function withFirstFree<T>(
  path: (number: number) => string,
  signal: AbortSignal | undefined,
  work: (number: number, holder: Holder) => Promise<T>,
): Promise<T> {
  for (let number = 0; ; number += 1) {
    signal?.throwIfAborted()
    const taken = path(number)
    const holder = await take(taken)
    if (holder) {
      try {
        return await work(number, holder)
      } finally {
        rmSync(taken, { force: true })
        held.delete(taken)
      }
    }
    if (path(number + 1) === taken) await sleep(pollMilliseconds)
  }
}

async function take(path: string): Promise<Holder | undefined> {
  if (held.has(path)) return undefined
  held.add(path)
  let holder: Holder | undefined
  try {
    mkdirSync(dirname(path), { recursive: true })
    if (create(path)) holder = 'released'
    else if ((await isStale(path)) && (await takeOver(path))) holder = 'died'
    return holder
  } finally {
    if (!holder) held.delete(path)
  }
}

/** By `link`, so that a lock file never exists without its content. */
function create(path: string): boolean {
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}`)
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(draft)
  }
}

async function isStale(path: string): Promise<boolean> {
  const [pid = '', start = ''] = (await readFile(path, 'utf8').catch(ifAbsent(''))).split(' ')
  if (!/^\d+$/.test(pid)) return false
  if (Number(pid) === process.pid) return true
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    return hasCode(error, 'ESRCH')
  }
  return start !== '' && start !== startOf(Number(pid))
}

/** Only one process at a time removes a stale lock, and looks again before; else a second one could remove the first one's new lock. */
async function takeOver(path: string): Promise<boolean> {
  const guard = `${path}.guard`
  try {
    await mkdir(guard)
  } catch {
    const age = Date.now() - (await stat(guard).catch(ifAbsent({ mtimeMs: Date.now() }))).mtimeMs
    if (age > guardMilliseconds) await rmdir(guard).catch(ifAbsent(undefined))
    return false
  }
  try {
    if (await isStale(path)) await rm(path, { force: true })
    return create(path)
  } finally {
    await rmdir(guard)
  }
}

/** When a process started, in clock ticks since boot, so that a reused pid is told apart; empty where `/proc` is not there. */
function startOf(pid: number): string {
  let text = ''
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // Not Linux, or it has ended.
  }
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}
