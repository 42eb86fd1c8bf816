import { CommanderError } from 'commander'
import { printProblem } from './problem.ts'
import { createPrinter } from './printer.ts'
import { createProgram } from './program.ts'
import { exitCodes } from './usage.ts'

/** Does what was typed; problems are printed. Sets the exit code, and returns whether what is left in flight must not hold the process. */
export async function runCommandLine(words: string[]): Promise<boolean> {
  try {
    const program = createProgram()
    if (words.length > 0) await program.parseAsync(words, { from: 'user' })
    else program.outputHelp()
    return process.exitCode === exitCodes.interrupted
  } catch (problem) {
    // Help and version are asked for by an error, too.
    if (problem instanceof CommanderError && problem.exitCode === 0) return false
    printProblem(createPrinter(words.includes('--json')), problem)
    process.exitCode = exitCodes.failed
    // A replay that broke off would hold it.
    return true
  }
}
