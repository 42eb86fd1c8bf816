import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { errorCode } from './error-code.ts'

/** A process, told apart from a later one that was given the same id by when it started: the system's own words, empty where it says nothing. */
export const processMark = z.object({ pid: z.number().int(), started: z.string() })
export type ProcessMark = z.infer<typeof processMark>

/** The mark of a running process, or undefined if there is none. A zombie has ended: its parent has only not been told. */
export function markOf(pid: number): ProcessMark | undefined {
  // 0 and below mean process groups to the system.
  if (pid <= 0 || !answers(pid)) return undefined
  const fields = statFields(pid)
  if (fields?.[0] === 'Z') return undefined
  return { pid, started: fields?.[19] ?? '' }
}

/** Whether the marked process still runs. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.started === mark.started
}

/** Ends a process: asks it with SIGTERM, and kills it if it has not ended in time. Returns when it has ended. */
export async function endProcess(mark: ProcessMark, graceMilliseconds: number): Promise<void> {
  if (!isAlive(mark)) return
  signal(mark.pid, 'SIGTERM')
  if (await endedWithin(mark, graceMilliseconds)) return
  signal(mark.pid, 'SIGKILL')
  await endedWithin(mark, graceMilliseconds)
}

async function endedWithin(mark: ProcessMark, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds
  while (isAlive(mark)) {
    if (Date.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (problem) {
    // Somebody else's process may not be signalled, but it is there.
    return errorCode(problem) === 'EPERM'
  }
}

/** Linux tells a process's state and start after its name, which may hold spaces and brackets itself. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
