import { type Command } from 'commander'
import { delimiter, resolve } from 'node:path'
import { findAddress } from '../../client/address.ts'
import { readPolicyFiles, securityOf } from '../../client/index.ts'
import { interruption } from '../interruption.ts'
import type { Machinery } from '../machinery.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { globalOptions, notOverHttp } from '../session.ts'
import { exitCodes } from '../usage.ts'

interface Options {
  workflows?: string
  policy: string[]
}

const policyOption = [
  '--policy <file>',
  'what may happen without a person; a second file tightens the first (default: LOOPWRIGHT_POLICY, else the built-in policy)',
  (file: string, before: string[]) => [...before, resolve(file)],
  [] as string[],
] as const

/** The commands that serve until Ctrl-C: worker, dev. */
export function addServing(program: Command): void {
  program
    .command('worker')
    .description('Runs a worker until Ctrl-C.')
    .option('--workflows <file>', "a workflows file of one's own")
    .option(...policyOption)
    .action((options: Options, command: Command) => serve(command, options, false))
  program
    .command('dev')
    .description('Starts the embedded Temporal server and a worker, until Ctrl-C.')
    .option('--workflows <file>', "a workflows file of one's own")
    .option(...policyOption)
    .action((options: Options, command: Command) => serve(command, options, true))
}

async function serve(command: Command, { workflows, policy }: Options, embedded: boolean): Promise<void> {
  notOverHttp(command, 'runs a worker in this process')
  const { json, stateFolder, artifacts, address, namespace, taskQueue } = globalOptions(command)
  const printer = createPrinter(json)
  const environment = policy.length > 0 ? { ...process.env, LOOPWRIGHT_POLICY: policy.join(delimiter) } : process.env
  // A policy that can't be used is heard of now: nothing would run under it.
  await readPolicyFiles((environment['LOOPWRIGHT_POLICY'] ?? '').split(delimiter).filter(Boolean))
  // The worker's native parts and its bundler are loaded by these commands only.
  const { notAgreed, sayConfinement } = await import('../checkup.ts')
  const { startMachinery } = await import('../machinery.ts')
  if (!(await sayConfinement(printer, stateFolder))) {
    printer.say(notAgreed)
    process.exitCode = exitCodes.failed
    return
  }
  const interrupted = interruption()
  const where = embedded ? undefined : await findAddress(address, stateFolder)
  const machinery = await startMachinery({
    stateFolder,
    artifacts,
    address: where?.address,
    security: where === undefined || where.embedded ? {} : securityOf(process.env),
    namespace: embedded ? namespace : (namespace ?? (process.env['TEMPORAL_NAMESPACE'] || undefined)),
    taskQueue,
    environment,
    workflowsPath: workflows === undefined ? undefined : resolve(workflows),
    onWaiting: (message) => printer.print({ kind: 'note', text: message }, message),
    onProblem: (message) => printer.print({ kind: 'note', text: message }, message),
    onStuck: (message) => printer.print({ kind: 'stuck', text: message }, printer.colors.red(message)),
  })
  printReady(printer, machinery, embedded, workflows)
  try {
    await Promise.race([interrupted.happened, machinery.failed])
  } finally {
    interrupted.forget()
    await machinery.stop()
  }
  printer.print(
    { kind: 'ended' },
    embedded ? 'worker and server have ended; runs go on with the next `loopwright dev`' : 'the worker has ended',
  )
  process.exitCode = exitCodes.accepted
}

function printReady(printer: Printer, { address, uiAddress }: Machinery, embedded: boolean, workflows: string | undefined): void {
  const first =
    workflows === undefined ? 'run testAndFix --repo ../mine --test "npm test"' : 'run NAME --input-file INPUT, of a workflow of that file'
  const lines = [
    `worker is ready at ${address}`,
    ...(uiAddress === undefined ? [] : [`Temporal's own console: ${uiAddress}`]),
    `Next: loopwright ${embedded ? first : 'list'}, in another terminal; Ctrl-C ends ${embedded ? 'both' : 'it'}`,
  ]
  printer.print({ kind: 'ready', address, ...(uiAddress === undefined ? {} : { uiAddress }) }, lines.join('\n'))
}
