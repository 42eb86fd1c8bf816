import { type Command, Option } from 'commander'
import { follow, printEnding } from '../follow.ts'
import { wholeNumber } from '../options.ts'
import { printGates } from '../questions.ts'
import { WithRepo } from '../ending.ts'
import { inSession, type Session } from '../session.ts'
import { stepLines, summaryLines, table } from '../summary.ts'
import { exitCodes } from '../usage.ts'

const runArgument = ['<run>', 'the run, or a unique prefix of its id'] as const
const states = ['running', 'waiting', 'paused', 'done', 'stopped', 'failed'] as const

interface ListOptions {
  status?: (typeof states)[number]
  workflow?: string
  limit?: number
}

/** The commands that look at runs: list, show, watch, gates. */
export function addLooking(program: Command): void {
  program
    .command('list')
    .description('Lists runs, newest first.')
    .addOption(new Option('--status <status>', 'only runs that are so').choices(states))
    .option('--workflow <workflow>', 'only runs of this workflow')
    .option('--limit <number>', 'at most so many (default: 50)', wholeNumber)
    .action((options: ListOptions, command: Command) => inSession(command, (session) => list(session, options)))
  program
    .command('show')
    .description('Tells what a run is doing, or how it ended.')
    .argument(...runArgument)
    .option('--steps', 'also its steps, as its history tells them')
    .action((prefix: string, { steps }: { steps?: boolean }, command: Command) =>
      inSession(command, (session) => show(session, prefix, steps === true)),
    )
  program
    .command('watch')
    .description('Follows a run to its end; Ctrl-C detaches, and the run goes on.')
    .argument(...runArgument)
    .action((prefix: string, _options: unknown, command: Command) =>
      inSession(command, async (session) => follow(session, await session.loopwright.resolve(prefix))),
    )
  program
    .command('gates')
    .description('Lists the open questions to people, oldest first.')
    .argument('[run]', 'only those of this run')
    .action((prefix: string | undefined, _options: unknown, command: Command) => inSession(command, (session) => gates(session, prefix)))
}

/** The commands that end runs: stop, kill. */
export function addEnding(program: Command): void {
  program
    .command('stop')
    .description('Ends a run in good order: it keeps its best attempt and says what it spent.')
    .argument(...runArgument)
    .action((prefix: string, _options: unknown, command: Command) => inSession(command, (session) => stop(session, prefix)))
  program
    .command('kill')
    .description('Ends a run at once, without an outcome.')
    .argument(...runArgument)
    .option('--reason <text>', 'why; it stands in the history')
    .action((prefix: string, { reason }: { reason?: string }, command: Command) =>
      inSession(command, (session) => kill(session, prefix, reason)),
    )
}

async function list({ loopwright, printer }: Session, options: ListOptions): Promise<number> {
  const { runs, cannotFilter } = await loopwright.list(options)
  const inputs = await Promise.all(runs.map(({ run }) => loopwright.input(run).catch(() => undefined)))
  const repos = inputs.map((input) => WithRepo.safeParse(input).data?.repo)
  if (printer.json) for (const [index, run] of runs.entries()) printer.print({ kind: 'run', ...run, repo: repos[index] }, '')
  else printer.say(runs.length === 0 ? 'There are no such runs.' : table(runs, repos, printer.colors))
  if (cannotFilter) printer.print({ kind: 'note', text: cannotFilter }, printer.colors.dim(`note: ${cannotFilter}`))
  return exitCodes.accepted
}

async function show(session: Session, prefix: string, steps: boolean): Promise<number> {
  const { loopwright, printer } = session
  const run = await loopwright.resolve(prefix)
  const summary = await loopwright.show(run)
  const graph = steps ? await loopwright.graph(run) : undefined
  const input = await loopwright.input(run)
  const lines = [...summaryLines(summary, input), ...(graph ? stepLines(graph) : [])]
  printer.print({ kind: 'run', ...summary, input, ...(graph ? { graph } : {}) }, lines.join('\n'))
  const end = summary.outcome ? { outcome: summary.outcome } : summary.failure ? { failure: summary.failure } : undefined
  if (end && !printer.json) await printEnding(session, run, end)
  return exitCodes.accepted
}

async function gates(session: Session, prefix: string | undefined): Promise<number> {
  const { loopwright, printer } = session
  const open = await loopwright.gates(prefix === undefined ? undefined : await loopwright.resolve(prefix))
  await printGates(session, open)
  if (open.length === 0) printer.say('Nobody is asked anything.')
  return exitCodes.accepted
}

async function stop({ loopwright, printer }: Session, prefix: string): Promise<number> {
  const run = await loopwright.resolve(prefix)
  await loopwright.stop(run)
  printer.print({ kind: 'stopping', run }, `${run} is asked to stop; it keeps its best attempt\nNext: loopwright watch ${run}`)
  return exitCodes.accepted
}

async function kill({ loopwright, printer }: Session, prefix: string, reason: string | undefined): Promise<number> {
  const run = await loopwright.resolve(prefix)
  await loopwright.kill(run, reason)
  printer.print({ kind: 'killed', run }, `${run} was killed\nNext: loopwright why ${run}`)
  return exitCodes.accepted
}
