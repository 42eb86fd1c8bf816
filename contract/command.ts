/** A command that cannot be run without a shell; the message is one sentence for people. */
export class CommandRefused extends Error {
  override name = 'CommandRefused'
}

/** What a shell would act on, longest first; a command that has one of these outside quotes is refused. */
const operators = ['$(', '&&', '||', '|', '&', ';', '<', '>', '`', '(', ')', '*', '?', '[', '$']

/** Splits a command into argv as a POSIX shell would, quotes and escapes included; throws `CommandRefused` for what needs a shell. */
export function splitCommand(text: string): string[] {
  const command = text.trim()
  if (command === '') throw new CommandRefused('The command is empty: name the program to run, for example `npm test`.')
  if (command.includes('\0')) throw new CommandRefused('The command contains a NUL character: remove it.')
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(command)) {
    const [name = ''] = command.split('=')
    throw needsShell(`${name}=`, 'variable prefix')
  }
  const words: string[] = []
  let at = 0
  while (at < command.length) {
    if (command[at] === ' ' || command[at] === '\t') {
      at += 1
      continue
    }
    const word = readWord(command, at)
    words.push(word.text)
    at = word.end
  }
  return words
}

/** Reads one word that starts at `start`; ends at white space outside quotes. */
function readWord(command: string, start: number): { text: string; end: number } {
  const first = command[start]
  if (first === '#' || first === '~') throw needsShell(first)
  let text = ''
  let at = start
  while (at < command.length && command[at] !== ' ' && command[at] !== '\t') {
    const character = command[at]
    if (character === "'" || character === '"') {
      const quoted = readQuoted(command, at, character)
      text += quoted.text
      at = quoted.end
    } else if (character === '\\') {
      if (command[at + 1] === '\n') throw needsShell('newline')
      if (at + 1 >= command.length) throw new CommandRefused('The command ends in a backslash that escapes nothing: remove it.')
      text += command[at + 1]
      at += 2
    } else {
      refuseOperator(command, at)
      text += character
      at += 1
    }
  }
  return { text, end: at }
}

/** Reads a quoted part whose opening quote is at `open`. */
function readQuoted(command: string, open: number, quote: "'" | '"'): { text: string; end: number } {
  let text = ''
  let at = open + 1
  for (; at < command.length && command[at] !== quote; at += 1) {
    const next = command[at + 1] ?? ''
    if (quote === '"' && command[at] === '\\' && ['$', '`', '"', '\\'].includes(next)) {
      text += next
      at += 1
    } else if (quote === '"' && (command[at] === '$' || command[at] === '`')) {
      throw needsShell(command.startsWith('$(', at) ? '$(' : (command[at] ?? ''))
    } else text += command[at]
  }
  if (at >= command.length) throw new CommandRefused(`The command opens a quote (${quote}) that it never closes: close it.`)
  return { text, end: at + 1 }
}

function refuseOperator(command: string, at: number): void {
  if (command[at] === '\n' || command[at] === '\r') throw needsShell('newline')
  const operator = operators.find((candidate) => command.startsWith(candidate, at))
  if (operator !== undefined) throw needsShell(operator)
}

function needsShell(operator: string, kind = 'shell operator'): CommandRefused {
  return new CommandRefused(
    `The command uses the ${kind} ${operator === 'newline' ? 'newline' : `\`${operator}\``}, but commands run without a shell: ` +
      'quote it if it is meant literally, else put the command into a script file and name that file.',
  )
}
