import { type Command } from 'commander'
import { type Scheduled } from '../../client/index.ts'
import { type GivenInput, givenInput } from '../given-input.ts'
import { positiveNumber, wholeNumber } from '../options.ts'
import { inSession, type Session } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { duration } from '../words.ts'
import { absolute } from './start.ts'

interface CreateOptions extends GivenInput {
  every?: number
  cron?: string
  timeZone?: string
  catchUp?: number
}

const named = ['<schedule>', 'its name; its runs are called after it'] as const

/** `schedule`: runs that start by themselves, as Temporal Schedules. */
export function addSchedule(program: Command): void {
  const schedule = program.command('schedule').description('Runs that start by themselves: create, list, pause, resume, run, delete.')
  schedule
    .command('create')
    .description('Starts a run of a workflow again and again. While the last one still works, a time is skipped.')
    .argument(...named)
    .argument('<workflow>', 'the workflow, by name')
    .option('--every <minutes>', 'minutes between two runs', positiveNumber)
    .option('--cron <expression>', 'minute, hour, day, month, weekday; for example "0 8 * * MON-FRI"')
    .option('--time-zone <zone>', 'of the cron expression (default: UTC)')
    .option('--catch-up <minutes>', 'for how long a time is made up for that passed while the server was down (default: 60)', wholeNumber)
    .option('--input <json>', 'the input of each run as JSON')
    .option('--input-file <file>', 'a file with the input as JSON')
    .action((name: string, workflow: string, options: CreateOptions, command: Command) =>
      inSession(command, (session) => create(session, name, workflow, options)),
    )
  schedule
    .command('list')
    .description('Lists the schedules, with their next run.')
    .action((_options: unknown, command: Command) => inSession(command, list))
  addDoing(schedule, 'pause', 'Starts no more runs until it is resumed; those that work go on.', 'is paused')
  addDoing(schedule, 'resume', 'Starts runs again.', 'starts runs again')
  addDoing(schedule, 'run', 'Starts a run now, unless the last one still works.', 'was told to start a run now')
  addDoing(schedule, 'delete', 'Removes the schedule; its runs stay.', 'is removed; its runs stay')
}

function addDoing(schedule: Command, name: 'pause' | 'resume' | 'run' | 'delete', description: string, said: string): void {
  schedule
    .command(name)
    .description(description)
    .argument(...named)
    .action((which: string, _options: unknown, command: Command) =>
      inSession(command, async ({ loopwright, printer }) => {
        await loopwright.schedules[name === 'delete' ? 'remove' : name](which)
        const next = name === 'run' ? 'loopwright list' : 'loopwright schedule list'
        printer.print({ kind: 'schedule', schedule: which, done: name, next }, `${which} ${said}\n${printer.colors.bold('Next:')} ${next}`)
        return exitCodes.accepted
      }),
    )
}

async function create({ loopwright, printer }: Session, schedule: string, workflow: string, options: CreateOptions): Promise<number> {
  const { every, cron, timeZone, catchUp } = options
  if (every === undefined && cron === undefined)
    throw new UsageProblem('it is not said when it starts a run; nothing was made', 'add --every 10, or --cron "0 8 * * MON-FRI"')
  const input = absolute(await givenInput(options))
  const when = { ...(every === undefined ? {} : { every }), ...(cron === undefined ? {} : { cron }) }
  const more = { ...(timeZone === undefined ? {} : { timeZone }), ...(catchUp === undefined ? {} : { catchUpMinutes: catchUp }) }
  await loopwright.schedules.create(schedule, { workflow, input, ...when, ...more })
  const next = `loopwright schedule run ${schedule}`
  const text = `${schedule} starts ${workflow} ${every === undefined ? `at ${cron}` : `every ${duration(every * 60_000)}`}`
  printer.print({ kind: 'schedule', schedule, workflow, done: 'create', next }, `${text}\n${printer.colors.bold('Next:')} ${next}`)
  return exitCodes.accepted
}

async function list({ loopwright, printer }: Session): Promise<number> {
  const all = await loopwright.schedules.list()
  for (const one of all) printer.print({ kind: 'schedule', ...one }, line(one))
  if (all.length === 0) printer.say('There are no schedules.\nNext: loopwright schedule create tickets findWork --every 10')
  return exitCodes.accepted
}

function line({ schedule, workflow, paused, note, next: [first], runs }: Scheduled): string {
  const when = first === undefined ? 'never again' : `next in ${duration(Math.max(0, first - Date.now()))}`
  const state = paused ? `paused${note ? ` (${note})` : ''}` : when
  return `${schedule}  ${workflow}  ${state}${runs.length > 0 ? `  last: ${runs.at(-1)}` : ''}`
}
