import { type Command } from 'commander'
import { type Told } from '../../client/index.ts'
import { heldText, holdKey, Selector, selectorOf } from '../../contract/holds.ts'
import { flagsOf } from '../flags.ts'
import { addFlags, positiveNumber, typedFlags } from '../options.ts'
import { inSession, type Session } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { duration } from '../words.ts'
import { addSeveral, isSeveral, type Several, tellSeveral } from './bulk.ts'
import { printTold } from './told.ts'

const flags = flagsOf(Selector)

interface Typed extends Several {
  by?: string
  reason?: string
  perSecond?: number
}

/** The commands that hold and release: one run, or everything that uses something, also what starts later. */
export function addHolds(program: Command): void {
  for (const name of ['hold', 'release'] as const) {
    const command = program
      .command(name)
      .description(
        name === 'hold'
          ? 'Begins no step that uses a model or tool, or none of a workflow or tenant, also in runs that start later; with a run, only there.'
          : 'Releases what was held so, and lets the runs go on one after the other.',
      )
      .argument('[run]', 'only this run, or a unique prefix of its id')
      .option('--by <name>', 'who does it; unverified')
      .option('--reason <text>', 'why, for whoever asks what a run waits for')
    addFlags(command, flags)
    addSeveral(command)
    if (name === 'release') command.option('--per-second <number>', 'how many held runs go on in a second (default: 5)', positiveNumber)
    command.action((run: string | undefined, _options: unknown, self: Command) =>
      inSession(self, (session) =>
        throwIt(session, name === 'hold', run, Selector.parse(typedFlags(flags, self.opts())), self.opts<Typed>()),
      ),
    )
  }
  program
    .command('holds')
    .description('Lists what is held, for runs that start later too.')
    .action((_options: unknown, command: Command) => inSession(command, listed))
}

async function throwIt(session: Session, on: boolean, prefix: string | undefined, selector: Selector, typed: Typed): Promise<number> {
  const { loopwright, printer } = session
  const { by, reason, perSecond } = typed
  const about = { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) }
  if (isSeveral(typed) && prefix !== undefined) throw new UsageProblem('say either a run or several', 'loopwright hold --help')
  if (isSeveral(typed)) return tellSeveral(session, typed, { message: 'hold', content: { ...selector, on, ...about } })
  if (prefix !== undefined) {
    const run = await loopwright.resolve(prefix)
    const answer = await loopwright.hold(run, { ...selector, on, ...about })
    printTold(session, { run, ...answer })
    return answer.accepted ? exitCodes.accepted : exitCodes.failed
  }
  if (Object.keys(selector).length === 0)
    throw new UsageProblem('say what: a run, --model, --tool, --workflow or --tenant', 'loopwright holds')
  const told = on
    ? await loopwright.holds.hold(selector, { ...about, onTold: (one) => printTold(session, one) })
    : await loopwright.holds.release(selector, {
        ...{ ...about, onTold: (one: Told) => printTold(session, one) },
        ...(perSecond === undefined ? {} : { perSecond }),
      })
  const failed = told.filter(({ accepted }) => !accepted).length
  const next = on ? `loopwright release ${flagsFor(selector)}` : 'loopwright list'
  const summary = `${holdKey(selector)} is ${on ? 'held' : 'released'}; ${told.length - failed} open ${told.length - failed === 1 ? 'run was' : 'runs were'} told`
  printer.print({ kind: on ? 'held' : 'released', ...selector, told: told.length - failed, failed, next }, `${summary}\nNext: ${next}`)
  return failed > 0 ? exitCodes.failed : exitCodes.accepted
}

async function listed({ loopwright, printer }: Session): Promise<number> {
  const holds = await loopwright.holds.list()
  for (const hold of holds)
    printer.print(
      { ...hold, kind: 'hold' },
      `${heldText(hold)}, for ${duration(Date.now() - hold.since)}\n  release  loopwright release ${flagsFor(hold)}`,
    )
  if (holds.length === 0) printer.say('Nothing is held.')
  return exitCodes.accepted
}

function flagsFor(selector: Selector): string {
  return Object.entries(selectorOf(selector))
    .map(([name, value = '']) => `--${name} ${/^[\w./:-]+$/.test(value) ? value : `'${value}'`}`)
    .join(' ')
}
