import { type Command, Option } from 'commander'
import { apiOf, connect, type Fact, type FactFilter, openKept, visible } from '../../client/index.ts'
import { factScopes } from '../../contract/facts.ts'
import { createPrinter } from '../printer.ts'
import { connection, globalOptions } from '../session.ts'
import { exitCodes } from '../usage.ts'

/** `facts` and `facts forget FACT`: what runs remembered. The store is read; no server is asked. */
export function addFacts(program: Command): void {
  const facts = program
    .command('facts')
    .description('Lists what runs remembered with the tool `remember`, newest first; no server is asked.')
    .addOption(new Option('--scope <scope>', 'remembered for a run, a workflow or a tenant only').choices(factScopes))
    .option('--of <name>', 'remembered for the run, workflow or tenant of this name only')
    .option('--tenant <name>', 'remembered by runs of this tenant only')
    .action(async (filter: FactFilter, command: Command) => {
      const { kept, printer } = await opened(command)
      const found = await kept.facts(filter)
      for (const one of found) printer.print({ kind: 'fact', ...one }, line(one))
      if (found.length === 0) printer.say('Nothing is remembered here.')
      process.exitCode = exitCodes.accepted
    })
  facts
    .command('forget')
    .description('Forgets a fact for good. What the run that remembered it did stays in its history.')
    .argument('<fact>', 'its id')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { kept, printer } = await opened(command)
      const fact = await kept.forget(id)
      printer.print({ kind: 'forgotten', ...fact }, `forgotten: ${line(fact)}`)
      process.exitCode = exitCodes.accepted
    })
}

async function opened(command: Command) {
  const { json, ...options } = globalOptions(command)
  const place = connection(options)
  return { kept: apiOf(place) ? await connect(place) : openKept(place), printer: createPrinter(json) }
}

function line({ id, text, scope, of, tenant, source, expires }: Fact): string {
  const whose = `${scope} ${visible(of)}${tenant === undefined || scope === 'tenant' ? '' : `, tenant ${visible(tenant)}`}`
  const until = new Date(expires).toISOString().slice(0, 10)
  return [id, whose, `by ${visible(source.by)} in ${visible(source.run)}`, `until ${until}`, visible(text)].join('  ')
}
