import { CommanderError } from 'commander'
import { ClientProblem, StoreProblem } from '../client/index.ts'
import { type Printer } from './printer.ts'
import { asTyped } from './words.ts'
import { UsageProblem } from './usage.ts'

/** Says what went wrong in one sentence, and what to do about it; never a stack trace. */
export function printProblem(printer: Printer, problem: unknown): void {
  const { type, message, next } = describe(problem)
  if (printer.json) return printer.print({ kind: 'error', type, message, ...(next ? { next } : {}) }, '')
  process.stderr.write(`${printer.colors.red('error:')} ${message}\n${next ? `Next: ${asTyped(next)}\n` : ''}`)
}

function describe(problem: unknown): { type: string; message: string; next?: string } {
  if (problem instanceof ClientProblem) return { type: problem.type, message: problem.message, next: problem.next }
  if (problem instanceof StoreProblem) return { type: 'Store', message: problem.message, next: problem.next }
  if (problem instanceof UsageProblem) return { type: 'Usage', message: problem.message, next: problem.next }
  if (problem instanceof CommanderError) {
    const message = problem.message.replace(/^error: /, '').replaceAll('\n', ' ')
    return { type: 'Usage', message, next: 'loopwright --help' }
  }
  const message = problem instanceof Error ? problem.message : String(problem)
  return { type: 'Unexpected', message: message.split('\n')[0] ?? message }
}
