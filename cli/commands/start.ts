import { type Command } from 'commander'
import { resolve } from 'node:path'
import { type Declaration } from '../../contract/declaration.ts'
import { declarations } from '../../contract/declarations.ts'
import { readPolicyFiles } from '../../client/index.ts'
import { flagsOf } from '../flags.ts'
import { follow } from '../follow.ts'
import { givenInput } from '../given-input.ts'
import { addFlags, mergeInputs, typedFlags } from '../options.ts'
import { createPrinter } from '../printer.ts'
import { globalOptions, inSession, notOverHttp, type Session } from '../session.ts'
import { printDryRun } from './dry-run.ts'
import { exitCodes } from '../usage.ts'
import { asTyped } from '../words.ts'

/** `start WORKFLOW`: starts a run and prints its id. */
export function addStart(program: Command): void {
  addStarting(program, 'start', 'Starts a run and prints its id.', async ({ printer }, run) => {
    const next = `loopwright watch ${run}`
    printer.print({ kind: 'started', run, next }, run)
    // On the other stream, so that a script gets the id alone.
    if (!printer.json) process.stderr.write(`Next: ${asTyped(next)}\n`)
    return exitCodes.accepted
  })
}

/** `run WORKFLOW`: starts a run and follows it; the exit code is the outcome's. */
export function addRun(program: Command): void {
  addStarting(program, 'run', 'Starts a run and follows it to its end.', async (session, run) => {
    session.printer.print({ kind: 'started', run }, run)
    return follow(session, run)
  })
}

/** The names of this command's own options: a field that is called so is given with the JSON. */
const own = new Set(['input', 'input-file', 'id', 'as', 'tenant', 'policy', 'dry-run'])

function addStarting(program: Command, name: string, description: string, then: (session: Session, run: string) => Promise<number>): void {
  const command = program
    .command(name)
    .description(`${description} Workflows: ${Object.keys(declarations).join(', ')}.`)
    .argument('<workflow>', 'the workflow, by name')
    .option('--input <json>', 'the input as JSON; flags go over it')
    .option('--input-file <file>', 'a file with the input as JSON')
    .option('--id <id>', 'the id of the run; an unfinished run with it is used')
    .option('--as <name>', 'who asks for the run; a gate may say that somebody else must answer it')
    .option('--tenant <name>', 'whose run it is; runs of a tenant can be held and found')
    .option('--policy <file>', 'a policy that holds for this run, too; it can only tighten those of the workers')
    .option('--dry-run', 'says what the run would find, use and cost at most; nothing is spent, started or changed')
    .action((workflow: string, _options: unknown, self: Command) => begin(self, workflow, {}, then))
  for (const [workflow, declaration] of Object.entries<Declaration>(declarations)) {
    const flags = () => flagsOf(declaration.input).filter((flag) => !own.has(flag.name))
    const one = command.command(workflow).description(declaration.description)
    one.action((options: Record<string, unknown>, self: Command) => begin(self, workflow, typedFlags(flags(), options), then))
    // Only of the workflow that is named: those of all of them take a fifth of what a short command takes.
    command.hook('preSubcommand', (_self, named) => void (named === one && addFlags(one, flags())))
  }
}

async function begin(
  command: Command,
  workflow: string,
  typed: Record<string, unknown>,
  then: (session: Session, run: string) => Promise<number>,
): Promise<void> {
  const options: Record<string, unknown> = command.optsWithGlobals()
  if (options['dryRun'] === true) {
    notOverHttp(command, `--dry-run looks at this machine; what a run uses at most is said by: loopwright show ${workflow} --input JSON`)
    const { json, stateFolder } = globalOptions(command)
    const input = absolute(mergeInputs(await givenInput(options), typed))
    process.exitCode = await printDryRun(createPrinter(json), stateFolder, workflow, input)
    return
  }
  await inSession(command, async (session) => {
    const input = absolute(mergeInputs(await givenInput(options), typed))
    const { id, as, tenant, policy } = options
    const added = typeof policy === 'string' ? await readPolicyFiles([policy]) : []
    const run = await session.loopwright.start(workflow, input, {
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof as === 'string' ? { requester: as } : {}),
      ...(added[0] ? { policy: added[0] } : {}),
      ...(typeof tenant === 'string' ? { tenant } : {}),
    })
    return then(session, run)
  })
}

/** A repository or another folder is named from where the command is typed; the worker may run elsewhere. */
export function absolute(input: Record<string, unknown>, from = process.cwd()): Record<string, unknown> {
  const named = Object.entries(input).filter(
    ([name, value]) => ['repo', 'folder'].includes(name) && typeof value === 'string' && value !== '',
  )
  return { ...input, ...Object.fromEntries(named.map(([name, path]) => [name, resolve(from, String(path))])) }
}
