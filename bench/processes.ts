import { readFileSync, writeFileSync } from 'node:fs'
import { endProcess, markOf, type ProcessMark } from '../store/live-process.ts'
import { startProcess } from '../activities/process.ts'

/** A process of the bench. */
export interface BenchProcess {
  pid: number
  /** What it printed after `ready`. */
  said: string
}

const readyMilliseconds = 60_000
const started: ProcessMark[] = []

/** Starts a program of the bench and waits until it says that it is ready. */
export async function startProgram(words: string[], logFile: string, environment: Record<string, string> = {}): Promise<BenchProcess> {
  const { PATH = '', HOME = '' } = process.env
  const { pid } = await startProcess([process.execPath, ...words], {
    cwd: process.cwd(),
    environment: { PATH, HOME, ...environment },
    logFile,
  })
  const mark = markOf(pid)
  if (mark) started.push(mark)
  for (const deadline = Date.now() + readyMilliseconds; mark && Date.now() < deadline;) {
    const ready = /^ready ?(.*)$/m.exec(readFileSync(logFile, 'utf8'))
    if (ready) return { pid, said: ready[1] ?? '' }
    if (markOf(pid) === undefined) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${words.join(' ')} did not become ready:\n${readFileSync(logFile, 'utf8')}`)
}

/** Ends all programs of the bench, those too that are not ready yet. */
export async function stopPrograms(): Promise<void> {
  await Promise.all(started.splice(0).map((mark) => endProcess(mark, 10_000)))
}

/** Milliseconds of processor time that a process has used, the programs that it ran and waited for included. Linux counts in hundredths of a second. */
export function processorMilliseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]) * 10, 0)
}

/** Forgets the most memory that a process has had, so that what comes next can be told apart. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** The most memory, in MB, that a process has had resident since it was last forgotten. */
export function peakMegabytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}
