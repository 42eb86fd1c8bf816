import { type Command, Option } from 'commander'
import { apiOf, type Case, connect, openKept, type ShownCase, visible } from '../../client/index.ts'
import { caseStatuses } from '../../contract/cases.ts'
import { createPrinter } from '../printer.ts'
import { connection, globalOptions } from '../session.ts'
import { exitCodes } from '../usage.ts'

/** `cases` and `cases show CASE`: runs that something can be learnt from. The store is read; no server is asked. */
export function addCases(program: Command): void {
  const cases = program
    .command('cases')
    .description('Lists the runs that were stopped, failed, were killed, escalated to a person or corrected by one; no server is asked.')
    .option('--workflow <name>', 'of this workflow only')
    .addOption(new Option('--status <status>', 'that ended like this only').choices(caseStatuses))
    .action(async (filter: { workflow?: string; status?: Case['status'] }, command: Command) => {
      const { kept, printer } = await opened(command)
      const found = await kept.cases(filter)
      for (const one of found) printer.print({ kind: 'case', ...one }, line(one))
      if (found.length === 0) printer.say('No case is kept here.')
      process.exitCode = exitCodes.accepted
    })
  cases
    .command('show')
    .description('Shows a case, with its best candidate and what was objected to.')
    .argument('<case>', 'the run, or a unique prefix of its id')
    .action(async (prefix: string, _options: unknown, command: Command) => {
      const { kept, printer } = await opened(command)
      const found = await kept.showCase(prefix)
      printer.print({ kind: 'case', ...found }, text(found, printer.colors.bold('Next:')))
      process.exitCode = exitCodes.accepted
    })
}

async function opened(command: Command) {
  const { json, ...options } = globalOptions(command)
  const place = connection(options)
  return { kept: apiOf(place) ? await connect(place) : openKept(place), printer: createPrinter(json) }
}

function line({ run, workflow, status, reason, why, at }: Case): string {
  const ended = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
  return [ended, visible(run), visible(workflow), reason ? `${status} (${reason})` : status, visible(why)].join('  ')
}

function text(found: ShownCase, next: string): string {
  const { run, best, certificate, history, input, candidate } = found
  const parts = [
    ['candidate', best && `${best.sha256}, ${best.bytes} bytes`],
    ['certificate', certificate?.sha256],
    ['history', history],
    ['input', input],
  ].flatMap(([name, value]) => (value ? [`  ${name!.padEnd(12)}${value}`] : []))
  const objections = (candidate as { verdict?: { objections?: { id: string; text: string }[] } } | undefined)?.verdict?.objections ?? []
  const open = objections.map(({ id, text: said }) => `  objection   ${visible(id)}: ${visible(said)}`)
  return [line(found), ...parts, ...open, `${next} loopwright why ${run}`].join('\n')
}
