#!/usr/bin/env node
import { CommanderError } from 'commander'
import { printProblem } from './problem.ts'
import { createPrinter } from './printer.ts'
import { createProgram } from './program.ts'
import { exitCodes } from './usage.ts'

try {
  const program = createProgram()
  if (process.argv.length > 2) await program.parseAsync()
  else program.outputHelp()
  // What was left in flight must not hold the process.
  if (process.exitCode === exitCodes.interrupted) process.exit()
} catch (problem) {
  // Help and version are asked for by an error, too.
  if (!(problem instanceof CommanderError && problem.exitCode === 0)) {
    printProblem(createPrinter(process.argv.includes('--json')), problem)
    // A replay that broke off would hold the process.
    process.exit(exitCodes.failed)
  }
}
