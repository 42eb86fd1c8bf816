import { type Command } from 'commander'
import { runOrFile, withRun } from '../kept.ts'
import { exitCodes } from '../usage.ts'

/** `why RUN`: three sentences and the one command that comes next. */
export function addWhy(program: Command): void {
  program
    .command('why')
    .description('Says in three sentences what stopped a run or what it waits for, on what evidence, and what to do next.')
    .argument(...runOrFile)
    .action((subject: string, _options: unknown, command: Command) =>
      withRun(command, subject, async (source, run, printer) => {
        const why = await source.why(run)
        const next = `${printer.colors.bold('Next:')} ${why.command}`
        printer.print({ kind: 'why', ...why }, [why.what, why.evidence, `${why.next}.`, next].join('\n'))
        return exitCodes.accepted
      }),
    )
}
