import { type Command } from 'commander'
import { ClientProblem, connect, type Kept, openKept } from '../client/index.ts'
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
