import { type Command } from 'commander'
import { type MessageAnswer, type MessageName, messages } from '../../contract/messages.ts'
import { flagsOf } from '../flags.ts'
import { addFlags, typedFlags } from '../options.ts'
import { type Session } from '../session.ts'
import { exitCodes } from '../usage.ts'
import { addSeveral, isSeveral, oneOrSeveral, type Several } from './bulk.ts'
import { type As, chooseGate } from './decide.ts'

/** The field of a message that is typed without its flag. */
const positional: { [Name in MessageName]?: string } = { decide: 'answer', steer: 'text' }

const messageNames: MessageName[] = ['decide', 'steer', 'pause', 'resume', 'extend']

/** One command for each message of the contract's table. */
export function addMessages(program: Command): void {
  for (const name of messageNames) {
    const { input, description } = messages[name]
    const field = positional[name]
    // A grant is made, not typed; what a value is, its gate knows.
    const flags = flagsOf(input).filter(({ path: [field] }) => field !== 'grant')
    for (const flag of flags) if (flag.path[0] === 'value') flag.kind = 'text'
    const command = program
      .command(name)
      .description(description)
      .argument(name === 'decide' ? '<run>' : '[run]', 'the run, or a unique prefix of its id')
    if (name !== 'decide') addSeveral(command)
    if (field !== undefined)
      command.argument(field === 'text' ? '[words...]' : `[${field}]`, flags.find((flag) => flag.name === field)?.description)
    addFlags(
      command,
      flags.filter((flag) => flag.name !== field).map((flag) => ({ ...flag, required: false })),
    )
    if (name === 'decide')
      command
        .option('--as <name>', 'who decides, vouched for with the key in LOOPWRIGHT_GRANT_KEY')
        .option('--roles <a,b>', 'what they may answer for, with --as')
    command.action((...parts: unknown[]) => {
      const [first, second] = parts
      const several = isSeveral(command.opts<Several>())
      // Where several runs are meant, nobody names one: what is typed first is said to them.
      const word =
        several && field !== undefined ? [first, ...(Array.isArray(second) ? second : [])].filter((one) => one !== undefined) : second
      const run = several && field !== undefined ? undefined : (first as string | undefined)
      const typed = { ...typedFlags(flags, command.opts()), ...(field === undefined ? {} : wordOf(field, word)) }
      return oneOrSeveral(
        command,
        run,
        (session, prefix) => sendTyped(session, prefix, name, typed, command.opts<As>()),
        () => ({ message: name, content: typed }),
      )
    })
  }
}

async function sendTyped(session: Session, prefix: string, name: MessageName, typed: Record<string, unknown>, as: As): Promise<number> {
  const run = await session.loopwright.resolve(prefix)
  const chosen = name === 'decide' ? await chooseGate(session, run, typed, as) : typed
  const answer =
    'refused' in chosen ? { accepted: false, reason: String(chosen.refused) } : await session.loopwright.send(run, name, chosen)
  return printAnswer(session, run, name, answer)
}

/** What comes after a message that was heard; after a refused one it is always to look at the run. */
const nextAfter: { [Name in MessageName]: string } = {
  decide: 'watch',
  steer: 'watch',
  pause: 'resume',
  resume: 'watch',
  extend: 'watch',
  hold: 'watch',
}

function printAnswer({ printer }: Session, run: string, name: MessageName, answer: MessageAnswer): number {
  const said = answer.accepted ? 'accepted' : 'refused'
  const next = `loopwright ${answer.accepted ? nextAfter[name] : 'why'} ${run}`
  const text = `${answer.reason ? `${said}: ${answer.reason}` : said}\n${printer.colors.bold('Next:')} ${next}`
  printer.print({ kind: 'answer', run, ...answer, next }, text)
  return answer.accepted ? exitCodes.accepted : exitCodes.failed
}

function wordOf(field: string, word: unknown): Record<string, unknown> {
  if (Array.isArray(word)) return word.length > 0 ? { [field]: word.join(' ') } : {}
  return word === undefined ? {} : { [field]: word }
}
