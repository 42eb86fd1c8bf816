import { type Command } from 'commander'
import { statSync } from 'node:fs'
import { ClientProblem, connect, type Kept, openKept, openRunFile, type RunSource } from '../client/index.ts'
import { createPrinter, type Printer } from './printer.ts'
import { connection, globalOptions } from './session.ts'

/** Runs an action with the server and the archive, or with the archive alone when no server is there; what neither has is told as the server's absence. */
export async function withKept(command: Command, action: (kept: Kept, printer: Printer) => Promise<number>): Promise<void> {
  const { json, ...options } = globalOptions(command)
  const printer = createPrinter(json)
  const loopwright = await connect(connection(options)).catch((problem: unknown) => {
    if (problem instanceof ClientProblem && problem.type === 'NoServer') return problem
    throw problem
  })
  const away = loopwright instanceof ClientProblem
  try {
    process.exitCode = await action(away ? openKept(connection(options)) : loopwright, printer)
  } catch (problem) {
    throw away && problem instanceof ClientProblem && problem.type === 'NoSuchRun' ? loopwright : problem
  } finally {
    if (!away) await loopwright.close()
  }
}

/** The argument of commands that read a run wherever it is. */
export const runOrFile = ['<run>', 'the run, a unique prefix of its id, or a file: a history as JSON, or a trace as JSON lines'] as const

/** Runs an action with what a run is read from: the file that is named, else the server and the archive. */
export async function withRun(
  command: Command,
  subject: string,
  action: (source: RunSource, run: string, printer: Printer) => Promise<number>,
): Promise<void> {
  if (!isFile(subject)) return withKept(command, async (kept, printer) => action(kept, await kept.resolve(subject), printer))
  const source = await openRunFile(subject)
  process.exitCode = await action(source, await source.resolve(''), createPrinter(globalOptions(command).json))
}

/** Whether a run is named by a file that it was written to. */
export function isFile(subject: string): boolean {
  return /\.jsonl?$/.test(subject) || statSync(subject, { throwIfNoEntry: false })?.isFile() === true
}
