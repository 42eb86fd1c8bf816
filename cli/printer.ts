import { type Writable } from 'node:stream'
import { createColors } from 'picocolors'

import { asTyped } from './words.ts'

type Colors = ReturnType<typeof createColors>

/** Where a command's output goes: lines for people, or one JSON value per line for programs. */
export interface Printer {
  json: boolean
  /** Whether somebody sits in front of it. */
  interactive: boolean
  colors: Colors
  /** Prints the record for programs, or the text for people. */
  print(record: object, text: string): void
  /** For people only. */
  say(text: string): void
  /** For people only: a piece of a text that goes on; what is said next begins on a line of its own. */
  stream(text: string): void
  /** A line that the next one overwrites, made for a width; nothing where lines stay. */
  live(text: (width: number) => string): void
}

const clearLine = '\r\u001B[2K'

/** A printer on standard output. */
export function createPrinter(json: boolean, output: Writable & { isTTY?: boolean; columns?: number } = process.stdout): Printer {
  const terminal = output.isTTY === true && !json
  // A reader that has seen enough (`| head`) ends the command quietly.
  output.once('error', (problem: Error & { code?: string }) => process.exit(problem.code === 'EPIPE' ? 0 : 1))
  let shown = false
  let open = false
  const say = (text: string) => {
    if (json) return
    output.write(`${open ? '\n' : ''}${shown ? clearLine : ''}${asTyped(text)}\n`)
    shown = false
    open = false
  }
  return {
    json,
    interactive: terminal && process.stdin.isTTY === true,
    colors: createColors(terminal && !process.env['NO_COLOR']),
    print: (record, text) => (json ? void output.write(`${JSON.stringify(record)}\n`) : say(text)),
    say,
    stream: (text) => {
      if (json || text === '') return
      output.write(text)
      open = !text.endsWith('\n')
    },
    live: (text) => {
      if (!terminal) return
      const width = (output.columns ?? 80) - 1
      output.write(`${clearLine}${text(width).replaceAll(/\s+/g, ' ').slice(0, width)}`)
      shown = true
    },
  }
}
