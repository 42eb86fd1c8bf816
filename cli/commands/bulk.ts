import { type Command } from 'commander'
import { type Deed, meant, toEach, type Where } from '../../client/index.ts'
import { inSession, type Session } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { printTold } from './told.ts'

/** More runs than these are told only after a yes. */
const fewRuns = 10

const values = {
  status: ['running', 'waiting', 'paused'],
  waiting: ['person', 'mending', 'release'],
} as const

/** What was typed about several runs. */
export interface Several {
  where?: string
  all?: boolean
  yes?: boolean
}

/** Lets a command be said to several runs. */
export function addSeveral(command: Command): Command {
  return command
    .option(
      '--where <filter>',
      'every open run that is so: status=running|waiting|paused, workflow=NAME, waiting=person|mending|release, id=PREFIX; several with commas',
    )
    .option('--all', 'every open run')
    .option('--yes', `also when these are more than ${fewRuns}`)
}

/** Whether several runs are meant. */
export function isSeveral({ where, all }: Several): boolean {
  return where !== undefined || all === true
}

/** Does something to each run that is meant, prints what came of each, and fails if any refused. */
export async function tellSeveral(session: Session, { where, all, yes }: Several, deed: Deed): Promise<number> {
  const { loopwright, printer } = session
  if (where !== undefined && all) throw new UsageProblem('say either --where or --all', 'loopwright list --status open')
  const runs = await meant(loopwright, where === undefined ? {} : read(where))
  if (runs.length > fewRuns && !yes)
    throw new UsageProblem(
      `that would be ${runs.length} runs, and nothing was done; if you mean all of them, add --yes`,
      'loopwright list --status open',
    )
  let failed = 0
  for await (const told of toEach(loopwright, runs, deed)) {
    if (!told.accepted) failed++
    printTold(session, told)
  }
  const text = runs.length === 0 ? 'No open run is so.' : `${runs.length - failed} of ${runs.length} accepted`
  printer.print({ kind: 'several', runs: runs.length, failed }, text)
  return failed > 0 ? exitCodes.failed : exitCodes.accepted
}

function read(filter: string): Where {
  const where: Record<string, string> = {}
  for (const part of filter.split(',')) {
    const [name = '', value = ''] = part.split('=', 2).map((word) => word.trim())
    const allowed: readonly string[] | undefined = name === 'status' || name === 'waiting' ? values[name] : undefined
    if (!['status', 'workflow', 'waiting', 'id'].includes(name) || value === '' || name in where)
      throw new UsageProblem(`the filter can't be read at ${part.slice(0, 80) || 'its end'}`, '--where status=waiting,workflow=testAndFix')
    if (allowed && !allowed.includes(value))
      throw new UsageProblem(`${name} is one of ${allowed.join(', ')}, not ${value.slice(0, 80)}`, `--where ${name}=${allowed[0]}`)
    where[name] = value
  }
  return where
}

/** One run, or several: whichever was typed. */
export function oneOrSeveral(
  command: Command,
  run: string | undefined,
  one: (session: Session, run: string) => Promise<number>,
  deed: () => Deed,
): Promise<void> {
  const several = command.opts<Several>()
  return inSession(command, (session) => {
    if (isSeveral(several)) {
      if (run !== undefined) throw new UsageProblem('say either a run or several', `loopwright ${command.name()} ${run}`)
      return tellSeveral(session, several, deed())
    }
    if (run === undefined) throw new UsageProblem('say which run, or --where or --all', 'loopwright list --status open')
    return one(session, run)
  })
}
