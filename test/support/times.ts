import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** How long something took, for people, and how much of the processor, which does not depend on what else the machine does. */
export interface Timed {
  name: string
  milliseconds: number
  cpuMilliseconds: number
}

/** Whether somebody wants to know how long things take: then nothing else is done meanwhile, and the slowest are printed. */
export const isTimed = Boolean(process.env['LOOPWRIGHT_TIMES'])

/** Does something in this process and says how long it took. */
export async function timed<T>(name: string, work: () => T | Promise<T>): Promise<{ result: T; time: Timed }> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { result, time: { name, milliseconds: performance.now() - began, cpuMilliseconds: (user + system) / 1_000 } }
}

/** The environment of a command that leaves its processor time in a file, and how to read that. */
export function leavingCpu(file: string): { environment: Record<string, string>; read(): number } {
  const script = fileURLToPath(new URL('./cpu-at-exit.mjs', import.meta.url))
  return {
    environment: { NODE_OPTIONS: `--import ${script}`, LOOPWRIGHT_TEST_CPU_FILE: file },
    read: () => Number(readFileSync(file, 'utf8')) / 1_000,
  }
}

/** Prints the slowest, where somebody wants to know. */
export function printSlowest(what: string, times: Timed[]): void {
  if (!isTimed) return
  const slowest = times.toSorted((a, b) => b.milliseconds - a.milliseconds)
  const lines = slowest
    .slice(0, 5)
    .map(
      ({ name, milliseconds, cpuMilliseconds }) =>
        `  ${milliseconds.toFixed(0)} ms, ${cpuMilliseconds.toFixed(0)} ms of the processor: ${name}`,
    )
  process.stdout.write(`${what}: ${times.length}, the slowest\n${lines.join('\n')}\n`)
}
