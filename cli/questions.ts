import { createInterface } from 'node:readline/promises'
import { type OpenGate, type ShownLine, shownLines, visible } from '../client/index.ts'
import { type Gate } from '../contract/messages.ts'
import { valueOf } from './commands/decide.ts'
import { type Session } from './session.ts'
import { duration } from './words.ts'

/** Lines of what is shown that are printed in a list of questions. */
const mostLines = 200

/** Prints open questions, each with what it shows and the command that answers it; `whole`: however long that is. */
export async function printGates(session: Session, gates: OpenGate[], { whole = false } = {}): Promise<void> {
  for (const gate of gates) {
    const lines = await shownBy(session, gate)
    const more = whole ? 0 : lines.length - mostLines
    const shown =
      more > 0
        ? [...drawn(session, lines.slice(0, mostLines)), `  … ${more} more lines: loopwright gates ${gate.run}`]
        : drawn(session, lines)
    const asked = `${session.printer.colors.bold(visible(gate.question))}  (${gate.run}, asked ${duration(Date.now() - gate.since)} ago)`
    const answer = `  answer   loopwright decide ${gate.run} yes|no|stop --digest ${gate.digest.slice(0, 12)}${valueFlag(gate)}${gate.needs ? ' --as NAME' : ''}`
    session.printer.print(
      { ...gate, kind: 'gate', asks: gate.kind, text: lines.map(({ text }) => text).join('\n') },
      [asked, ...shown, ...about(gate), answer].join('\n'),
    )
  }
}

/** What a yes must bring along. */
function valueFlag({ kind, many, options = [] }: Gate): string {
  if (kind === 'confirm') return ''
  if (kind === 'form') return " --value '{…}'"
  if (kind === 'select') return many ? ` --value '["${options[0]}"]'` : ` --value '${options[0]}'`
  return " --value 'TEXT'"
}

/** Who is asked, what can be chosen, what was said, and what happens if nobody answers. */
function about({ needs, to, options, schema, voices = [], reminders, due }: Gate): string[] {
  const who = [
    ...(to === undefined ? [] : [to]),
    ...(needs?.roles ? [`anybody who is ${needs.roles.join(' or ')}`] : []),
    ...(needs?.notRequester ? ['not whoever asked for the run'] : []),
    ...(needs?.quorum ? [`${needs.quorum.yes} of ${needs.quorum.of} must agree`] : []),
  ]
  return [
    ...(options ? [`  choose   ${options.join(', ')}`] : []),
    ...(schema ? [`  form     ${JSON.stringify(schema)}`] : []),
    ...(who.length > 0 ? [`  asked    ${who.join(', ')}`] : []),
    ...voices.map(({ by, answer, note }) => `  said     ${by}: ${answer}${note === undefined ? '' : `, ${note}`}`),
    ...(due === undefined
      ? []
      : [`  due      in ${duration(Math.max(due - Date.now(), 0))}${reminders ? `, reminded ${reminders} times` : ''}`]),
  ]
}

/** Asks the person at the terminal, and sends the answer. */
export async function askPerson(
  session: Session,
  gate: OpenGate,
  interrupted: Promise<'interrupted'>,
): Promise<'answered' | 'interrupted'> {
  const { loopwright, printer } = session
  printer.say([printer.colors.bold(visible(gate.question)), ...drawn(session, await shownBy(session, gate)), ...about(gate)].join('\n'))
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const ended = new Promise<'interrupted'>((resolve) => terminal.once('SIGINT', () => resolve('interrupted')))
  const read = (question: string) => Promise.race([terminal.question(question), ended, interrupted])
  try {
    for (;;) {
      const typed = await read('yes, no (with a reason), or stop? ')
      if (typed === 'interrupted') return typed
      const answer = (['yes', 'no', 'stop'] as const).find((known) => known === typed.trim() || known[0] === typed.trim())
      if (!answer) continue
      const note = answer === 'no' ? await read('what is wrong with it? ') : ''
      if (note === 'interrupted') return note
      const value = answer === 'yes' && gate.kind !== 'confirm' ? await read(`${wordOf(gate)}: `) : undefined
      if (value === 'interrupted') return value
      const said = await loopwright.decide(gate.run, {
        gate: gate.gate,
        digest: gate.digest,
        answer,
        ...(note ? { note } : {}),
        ...(value === undefined ? {} : { value: valueOf(gate, value) }),
      })
      if (!said.accepted) printer.say(`refused: ${said.reason ?? 'no reason given'}`)
      return 'answered'
    }
  } finally {
    terminal.close()
  }
}

function wordOf({ kind, options = [], many }: Gate): string {
  if (kind === 'select') return `${many ? 'some' : 'one'} of ${options.join(', ')}${many ? ', as JSON' : ''}`
  return kind === 'form' ? 'the form, as JSON' : 'your text'
}

const shownBy = ({ loopwright: { store } }: Session, { shown }: OpenGate): Promise<ShownLine[]> =>
  shownLines(shown, ({ sha256 }) => store.text(sha256))

/** In colours where somebody sees them. */
function drawn({ printer: { colors } }: Session, lines: ShownLine[]): string[] {
  const colour = { plain: String, file: colors.bold, place: colors.cyan, added: colors.green, removed: colors.red }
  return lines.map(({ text, is }) => `  ${colour[is](text)}`)
}
