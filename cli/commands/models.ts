import { resolve } from 'node:path'
import { type Command } from 'commander'
import type { ModelFinding, ProviderFinding } from '../../workers/models.ts'
import type { Problem } from '../../workers/problem.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { globalOptions } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'

/** `models`: where models would be asked from here, with which key, at which price; nothing is asked. */
export function addModels(program: Command): void {
  program
    .command('models')
    .description('Says of each model where it would be asked, and at which price; without models, which providers there are.')
    .argument('[models...]', 'models, each written provider/model[:effort]')
    .option('--schema', 'prints the JSON Schema of the models file')
    .action(async (models: string[], { schema = false }: { schema?: boolean }, command: Command) => {
      const { json, stateFolder } = globalOptions(command)
      // The worker's parts are loaded by this command only.
      const { lookAtModels, lookAtProviders, settingsSchema } = await import('../../workers/models.ts')
      if (schema) return void process.stdout.write(`${JSON.stringify(settingsSchema(), undefined, 2)}\n`)
      const printer = createPrinter(json)
      const where = { stateFolder: resolve(stateFolder), environment: process.env }
      if (models.length === 0) return found(await lookAtProviders(where)).forEach((finding) => printProvider(printer, finding))
      const findings = found(await lookAtModels(models, where))
      for (const finding of findings) printModel(printer, finding)
      if (findings.some((finding) => 'problem' in finding)) process.exitCode = exitCodes.failed
    })
}

function found<T>(result: T[] | Problem): T[] {
  if (Array.isArray(result)) return result
  throw new UsageProblem(result.problem, result.next)
}

function printProvider(printer: Printer, finding: ProviderFinding): void {
  const { provider, url, urlVariable, keyVariable, keySet } = finding
  const text = `${provider}: ${url ?? `${urlVariable} is not set`}, key in ${keyVariable} (${keySet ? 'set' : 'not set'})`
  printer.print({ kind: 'provider', ...finding }, text)
}

function printModel(printer: Printer, finding: ModelFinding): void {
  const { green, red } = printer.colors
  const text = 'problem' in finding ? `${red('✗')} ${finding.problem}` : `${green('✓')} ${finding.model}: ${wordsOf(finding)}`
  printer.print({ kind: 'model', ...finding }, text)
}

function wordsOf({ where, price, window, form = 'json_schema', lacks = [] }: Exclude<ModelFinding, Problem>): string {
  const cost = price
    ? `$${price.input / 1e6} and $${price.output / 1e6} per million tokens in and out`
    : 'price unknown, so the limit dollars must be "none"'
  const without = lacks.length > 0 ? `, without ${lacks.join(', ')}` : ''
  return `asked at ${where}, ${cost}, window ${window}, JSON by ${form}${without}`
}
