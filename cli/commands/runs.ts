import { type Command, Option } from 'commander'
import { apiOf, ClientProblem, isRefused } from '../../client/index.ts'
import { knownWorkflows } from '../catalogue.ts'
import { follow, printEnding } from '../follow.ts'
import { type GivenInput } from '../given-input.ts'
import { wholeNumber } from '../options.ts'
import { printGates } from '../questions.ts'
import { WithRepo } from '../ending.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { connection, globalOptions, inSession, type Session } from '../session.ts'
import { stepLines, summaryLines, table } from '../summary.ts'
import { exitCodes } from '../usage.ts'
import { addSeveral, oneOrSeveral } from './bulk.ts'
import { listWorkflows, showWorkflow } from './workflows.ts'

const runArgument = ['<run>', 'the run, or a unique prefix of its id'] as const
const states = ['running', 'waiting', 'paused', 'done', 'stopped', 'failed', 'open'] as const

interface ListOptions {
  status?: (typeof states)[number]
  workflow?: string
  tenant?: string
  limit?: number
}

interface ShowOptions extends GivenInput {
  steps?: boolean
  workflows?: string
}

/** The commands that look at runs: list, show, watch, gates. */
export function addLooking(program: Command): void {
  program
    .command('list')
    .description('Lists runs, newest first; or the workflows.')
    .addOption(new Option('--status <status>', 'only runs that are so').choices(states))
    .option('--workflow <workflow>', 'only runs of this workflow')
    .option('--tenant <name>', 'only runs of this tenant')
    .option('--limit <number>', 'at most so many (default: 50)', wholeNumber)
    .option('--workflows [file]', "lists the workflows instead, and those of a workflows file of one's own; no server is asked")
    .action(async ({ workflows, ...options }: ListOptions & { workflows?: string | true }, command: Command) => {
      if (workflows === undefined) return inSession(command, (session) => list(session, options))
      process.exitCode = await listWorkflows(createPrinter(globalOptions(command).json), workflows)
    })
  program
    .command('show')
    .description('Tells what a run is doing, or how it ended; of a workflow what goes in and out, what it costs at most, and its stages.')
    .argument('<run>', 'the run, or a unique prefix of its id; or a workflow, by name')
    .option('--steps', 'also its steps, as its history tells them')
    .option('--workflows <file>', "a workflows file of one's own")
    .option('--input <json>', 'of a workflow: what is said is for this input, over its example')
    .option('--input-file <file>', 'of a workflow: a file with that input as JSON')
    .action((named: string, options: ShowOptions, command: Command) => showNamed(named, options, command))
  program
    .command('watch')
    .description('Follows a run to its end; Ctrl-C detaches, and the run goes on.')
    .argument(...runArgument)
    .action((prefix: string, _options: unknown, command: Command) =>
      inSession(command, async (session) => follow(session, await session.loopwright.resolve(prefix))),
    )
  program
    .command('gates')
    .alias('inbox')
    .description('Lists the open questions to people, oldest first.')
    .argument('[run]', 'only those of this run')
    .action((prefix: string | undefined, _options: unknown, command: Command) => inSession(command, (session) => gates(session, prefix)))
}

/** The commands that end runs: stop, kill. */
export function addEnding(program: Command): void {
  addSeveral(
    program
      .command('stop')
      .description('Ends a run in good order: it keeps its best attempt and says what it spent.')
      .argument('[run]', 'the run, or a unique prefix of its id'),
  ).action((prefix: string | undefined, _options: unknown, command: Command) => oneOrSeveral(command, prefix, stop, () => ({ stop: true })))
  addSeveral(
    program
      .command('kill')
      .description('Ends a run at once, without an outcome.')
      .argument('[run]', 'the run, or a unique prefix of its id')
      .option('--reason <text>', 'why; it stands in the history'),
  ).action((prefix: string | undefined, { reason }: { reason?: string }, command: Command) =>
    oneOrSeveral(
      command,
      prefix,
      (session, run) => kill(session, run, reason),
      () => ({ kill: reason }),
    ),
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

/** A run of exactly that id goes before a workflow of that name, and a workflow before runs whose ids begin with it. */
async function showNamed(named: string, options: ShowOptions, command: Command): Promise<void> {
  const known = await knownWorkflows(options.workflows)
  const declaration = Object.hasOwn(known, named) ? known[named] : undefined
  if (!declaration) return inSession(command, (session) => show(session, named, options.steps === true))
  const workflow = (printer: Printer) => showWorkflow(printer, named, declaration, options)
  const unseen = async () => void (process.exitCode = await workflow(createPrinter(globalOptions(command).json)))
  const place = connection(globalOptions(command))
  if (!apiOf(place) && (await isRefused(place))) return unseen()
  const looked = inSession(command, async (session) => {
    if ((await session.loopwright.resolve(named).catch(orNone)) !== named) return workflow(session.printer)
    const text = `there is also a workflow ${named}: loopwright start ${named} --help`
    session.printer.print({ kind: 'note', text }, session.printer.colors.dim(`note: ${text}`))
    return show(session, named, options.steps === true)
  })
  await looked.catch(async (error: unknown) => {
    if (!(error instanceof ClientProblem) || error.type !== 'NoServer') throw error
    await unseen()
  })
}

/** No run, or several, begin with the name: none is called so. */
function orNone(error: unknown): undefined {
  if (!(error instanceof ClientProblem)) throw error
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
  await printGates(session, open, { whole: prefix !== undefined })
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
