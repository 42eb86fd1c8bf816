import { type Command } from 'commander'
import { resolve } from 'node:path'
import { findAddress } from '../../client/address.ts'
import { securityOf } from '../../client/index.ts'
import { interruption } from '../interruption.ts'
import type { Machinery } from '../machinery.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { globalOptions, notOverHttp } from '../session.ts'
import { exitCodes } from '../usage.ts'

/** The commands that serve until Ctrl-C: worker, dev. */
export function addServing(program: Command): void {
  program
    .command('worker')
    .description('Runs a worker until Ctrl-C.')
    .option('--workflows <file>', "a workflows file of one's own")
    .action((options: { workflows?: string }, command: Command) => serve(command, options.workflows, false))
  program
    .command('dev')
    .description('Starts the embedded Temporal server and a worker, until Ctrl-C.')
    .option('--workflows <file>', "a workflows file of one's own")
    .action((options: { workflows?: string }, command: Command) => serve(command, options.workflows, true))
}

async function serve(command: Command, workflows: string | undefined, embedded: boolean): Promise<void> {
  notOverHttp(command, 'runs a worker in this process')
  const { json, stateFolder, artifacts, address, namespace, taskQueue } = globalOptions(command)
  const printer = createPrinter(json)
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
