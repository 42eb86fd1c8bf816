import { type Command } from 'commander'
import type { Finding } from '../checkup.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { globalOptions } from '../session.ts'
import { exitCodes } from '../usage.ts'

/** `doctor`: what runs need, whether it is there, and each remedy. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'Says whether everything that runs need is there: Temporal, workers, the artifact store, disk, the sandbox, keys, git, Python; the remedy for each that is not.',
    )
    .action(async (_options: unknown, command: Command) => {
      const { json, ...options } = globalOptions(command)
      const printer = createPrinter(json)
      // The worker's parts are loaded by this command only.
      const { checkUp } = await import('../checkup.ts')
      const findings = await checkUp(options)
      for (const finding of findings) print(printer, finding)
      const missing = findings.filter(({ state }) => state === 'missing')
      const [first] = missing
      printer.say(
        first ? `Next: ${first.remedy ?? ''}` : 'Everything is there.\nNext: loopwright run testAndFix --repo ../mine --test "npm test"',
      )
      process.exitCode = first ? exitCodes.failed : exitCodes.accepted
    })
}

function print(printer: Printer, finding: Finding): void {
  const { green, yellow, red } = printer.colors
  const mark = { there: green('✓'), missing: red('✗'), optional: yellow('·') }[finding.state]
  const remedy = finding.state === 'there' || !finding.remedy ? '' : ` — ${finding.remedy}`
  printer.print({ kind: 'finding', ...finding }, `${mark} ${finding.what}: ${finding.found}${remedy}`)
}
