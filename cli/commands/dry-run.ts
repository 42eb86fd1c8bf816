import { resolve } from 'node:path'
import { z } from 'zod'
import { type Baseline } from '../../workers/baseline.ts'
import { type DryRun } from '../../workers/dry-run.ts'
import { type Problem } from '../../workers/problem.ts'
import { declarations } from '../../contract/declarations.ts'
import { type Bounds, boundsOf } from '../../contract/bounds.ts'
import { type Declaration } from '../../contract/declaration.ts'
import { Limits } from '../../contract/limits.ts'
import { type ModelFacts } from '../../contract/models.ts'
import { mostCalls, type Stages, stagesIn } from '../../contract/stages.ts'
import { type BuiltinTool, builtinTools } from '../../contract/tools.ts'
import { shellWord } from '../../client/why/words.ts'
import { checked } from '../../client/input.ts'
import { interruption } from '../interruption.ts'
import { type Printer } from '../printer.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { confinement, count, dollars, duration, plural } from '../words.ts'

/** What a dry run reads of an input that fits its declaration. */
const Input = z.looseObject({
  limits: Limits,
  models: z.array(z.string()).optional(),
  fallback: z.array(z.unknown()).optional(),
  repo: z.string().optional(),
  setup: z.string().optional(),
  report: z.string().optional(),
  confined: z.boolean().optional(),
  allowRun: z.boolean().optional(),
  approve: z.boolean().optional(),
})
type Input = z.infer<typeof Input>

/** Says what a run would find, use and cost at most; nothing is spent, started or changed, and neither a server nor a model is asked. */
export async function printDryRun(printer: Printer, stateFolder: string, workflow: string, given: unknown): Promise<number> {
  const known: Record<string, Declaration> = declarations
  const declaration = Object.hasOwn(known, workflow) ? known[workflow] : undefined
  if (!declaration)
    throw new UsageProblem(`nothing is known here of a workflow ${workflow}, so there is nothing to look at`, 'loopwright start --help')
  const full = checked(declaration.input, given, 'input', `loopwright start ${workflow} --help`)
  const input = Input.parse(full)
  const interrupted = interruption()
  const cut = new AbortController()
  void interrupted.happened.then(() => cut.abort())
  // The worker's parts are loaded by this command only.
  const { dryRun } = await import('../../workers/dry-run.ts')
  const where = { stateFolder: resolve(stateFolder), environment: process.env, signal: cut.signal }
  const found = await dryRun({ workflow, input, models: declaration.models(full), ...where })
  interrupted.forget()
  if (interrupted.over) return exitCodes.interrupted
  const stages = declaration.stages?.(full)
  return print(printer, workflow, input, found, stages)
}

function print(printer: Printer, workflow: string, input: Input, found: DryRun, stages: Stages | undefined): number {
  const refused = [found.models, found.baseline].find((part) => part !== undefined && isProblem(part))
  const facts = isProblem(found.models) ? {} : found.models
  const rungs = (input.fallback ?? []).filter((rung) => typeof rung === 'object').length
  const bounds = boundsOf(input.limits, facts, { ...(stages ? { calls: mostCalls(stages) } : {}), rungs })
  const next =
    refused && isProblem(refused)
      ? refused.next
      : `loopwright ${process.argv
          .slice(2)
          .filter((word) => word !== '--dry-run')
          .map(shellWord)
          .join(' ')}`
  const { level, why, remedy } = found.sandbox
  const lines = [
    ...(isProblem(found.models) ? [`  models   refused: ${found.models.problem}`] : Object.entries(facts).map(modelLine)),
    ...judgesLines(stages),
    `  at most  ${boundsText(bounds, isProblem(found.models))}`,
    `  policy   ${policy(input)}`,
    `  sandbox  ${confinement(level, why, remedy)}`,
    `  tests    ${testsText(found.baseline)}`,
  ]
  const headline = `${workflow} ${refused ? 'would be refused' : 'would start'}; nothing was spent, started or changed`
  const text = [headline, ...lines, `${printer.colors.bold('Next:')} ${next}`].join('\n')
  printer.print({ kind: 'dry-run', workflow, wouldStart: !refused, input, ...found, most: bounds, next }, text)
  return refused ? exitCodes.failed : exitCodes.accepted
}

function modelLine([model, { where, price }]: [string, ModelFacts]): string {
  const cost = price ? `$${price.input / 1e6} in and $${price.output / 1e6} out per million tokens` : 'price unknown'
  return `  model    ${model}, ${where === 'builtin' ? 'asks nobody' : `asked at ${where}`}, ${cost}`
}

/** Which judges are asked of the model that works, because nobody else is named. */
function judgesLines(stages: Stages = []): string[] {
  const own = new Set(stagesIn(stages).flatMap(({ name, judgesItself }) => (judgesItself ? [name] : [])))
  return own.size === 0
    ? []
    : [`  judges   ${[...own].join(', ')}: the model that works, in a fresh context; a second model in the chain would be asked instead`]
}

function boundsText({ attempts, calls, tokens, minutes, microDollars }: Bounds, unpriced: boolean): string {
  const money = unpriced ? 'no cost, because it would not start' : microDollars === null ? 'an unknown price' : dollars(microDollars)
  const asked = calls === undefined ? '' : `${count(calls)} calls of models, `
  return `${money}; ${plural(attempts, 'attempt')} of a loop, ${asked}${count(tokens)} tokens, ${minutes} minutes of work`
}

/** What may be done without anybody being asked. */
function policy({ repo, allowRun, approve, models = [] }: Input): string {
  const files = process.env['LOOPWRIGHT_POLICY']
  if (files) return `as ${files} says of each call: loopwright policy explain TOOL --policy FILE`
  if (typeof repo !== 'string') return 'the workflow decides by itself which tools it uses'
  const offered = (provider: string) => models.some((model) => model.startsWith(`${provider}/`))
  const free = Object.entries<BuiltinTool>(builtinTools)
    .filter(([name, { provider }]) => (name !== 'run' || allowRun) && (provider === undefined || offered(provider)))
    .map(([name]) => name)
  const run = allowRun ? '' : '; no command but the tests is run (--allow-run lets it)'
  const asked = approve ? 'a person is asked before a patch is accepted' : 'no person is asked before a patch is accepted (--approve asks)'
  return `without asking, in a copy of the repository: ${free.join(', ')}${run}; ${asked}`
}

function testsText(baseline: Baseline | Problem | undefined): string {
  if (!baseline) return 'none are named'
  if (isProblem(baseline)) return `cannot be run here: ${baseline.problem}`
  const { failed, passed, skipped, milliseconds, format, timedOut, exitCode } = baseline
  const first = failed.slice(0, 3).join(', ')
  const more = failed.length > 3 ? ` and ${failed.length - 3} more` : ''
  const counts = format === 'exit code' ? `exit code ${exitCode}` : `${passed} pass, ${failed.length} fail, ${skipped} are skipped`
  const said = timedOut ? 'do not end in time' : failed.length === 0 ? `${counts}: there is nothing to mend` : `${counts}: ${first}${more}`
  return `before any change ${said} (${duration(milliseconds)})`
}

function isProblem(value: object): value is Problem {
  return 'problem' in value && typeof value.problem === 'string'
}
