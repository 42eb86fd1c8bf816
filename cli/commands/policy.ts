import { type Command, InvalidArgumentError } from 'commander'
import {
  backTest,
  type BackTest,
  brief,
  openRunFile,
  explain,
  type Explained,
  type Finding,
  lint,
  readPolicyFiles,
  readPolicyJson,
} from '../../client/index.ts'
import { effectClasses, toolTags } from '../../contract/workspace.ts'
import { z } from 'zod'
import { isFile, withKept } from '../kept.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { globalOptions } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { plural } from '../words.ts'

/** What a policy says, whether it is well made, and what it would have changed. Nothing is done by any of these. */
export function addPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .description('Explains a policy, looks for mistakes in it, and tries it on recorded runs; nothing is done.')
  policy
    .command('explain')
    .description('Says what a policy decides about a call, and by which rule.')
    .argument('<tool>', 'the tool, by name')
    .argument('[arguments]', 'its arguments as JSON', '{}')
    .option('--policy <file>', 'a policy file; a second one tightens the first (default: the built-in policy)', collected, [])
    .option('--workflow <name>', 'the workflow that makes the call', 'testAndFix')
    .option('--role <name>', 'the agent that makes it; code where workflow code does', 'fix')
    .option('--allow-run', 'the run was started with --allow-run')
    .option('--class <class>', `what a tool of one's own does to the world: ${effectClasses.join(', ')} (default: once)`)
    .option('--tags <tags>', `tags of a tool of one's own, with commas: ${toolTags.join(', ')}`, listed)
    .option('--seen <tags>', 'what the run has read before: reads_untrusted, reads_private', listed)
    .action(printExplained)
  policy
    .command('lint')
    .description('Looks for mistakes: rules that never hold, what allows too much, names that nobody has.')
    .argument('<file>', 'the policy file')
    .option('--tools <names>', "tools of one's own, with commas", listed, [])
    .option('--workflows <names>', "workflows of one's own, with commas", listed, [])
    .action(printFindings)
  policy
    .command('test')
    .description('Decides the calls of recorded runs by a candidate policy, and says what would have been otherwise.')
    .argument('<candidate>', 'the policy file')
    .argument('[runs...]', 'runs, unique prefixes of their ids, or files: histories or traces')
    .option('--policy <file>', 'further policy files, which tighten it', collected, [])
    .option('--last <count>', 'the runs that ended last (default: 20, where no run is named)', counted)
    .action(printBackTest)
}

const collected = (file: string, before: string[]) => [...before, file]
const listed = (text: string) => text.split(',').map((word) => word.trim())
function counted(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError('It must be a whole number over 0.')
}

const Asked = z.looseObject({
  policy: z.array(z.string()),
  workflow: z.string(),
  role: z.string(),
  allowRun: z.boolean().default(false),
  class: z.enum(effectClasses, `it is one of ${effectClasses.join(', ')}`).exactOptional(),
  tags: z.array(z.enum(toolTags, `tags are ${toolTags.join(', ')}`)).exactOptional(),
  seen: z.array(z.enum(toolTags, `tags are ${toolTags.join(', ')}`)).exactOptional(),
})

async function printExplained(tool: string, given: string, options: unknown, command: Command): Promise<void> {
  const asked = Asked.safeParse(options)
  if (!asked.success)
    throw new UsageProblem(
      asked.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '),
      'loopwright policy explain --help',
    )
  const { policy, ...about } = asked.data
  const explained = explain(await readPolicyFiles(policy), { ...about, tool, arguments: argumentsOf(given) })
  const printer = createPrinter(globalOptions(command).json)
  printer.print({ kind: 'explained', tool, ...explained }, explainedLines(explained, printer).join('\n'))
}

function argumentsOf(text: string) {
  const parsed = z.record(z.string(), z.json()).safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  throw new UsageProblem(`the arguments are no JSON object: ${brief(text, 60)}`, `loopwright policy explain edit '{"path":"src/a.ts"}'`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Said by whoever asked.
    return undefined
  }
}

function explainedLines({ then, rule, why, asks, fitting, limits, policy }: Explained, { colors }: Printer): string[] {
  const paint = { allow: colors.green, ask: colors.yellow, deny: colors.red }[then]
  const who = asks.filter((ask) => Object.keys(ask).length > 0).map((ask) => `  asks     ${JSON.stringify(ask)}`)
  return [
    `${paint(then)} by the rule ${rule}${why === undefined ? '' : `: ${why}`}`,
    ...who,
    ...limits.map((limit) => `  within   ${JSON.stringify(limit.limits)} of the rule ${limit.rule}`),
    ...fitting.map((other) => `  fits     ${other.rule} (${other.then}${other.fit === 'yes' ? '' : `, ${other.fit}`})`),
    `  policy   ${policy}`,
  ]
}

async function printFindings(
  file: string,
  { tools, workflows }: { tools: string[]; workflows: string[] },
  command: Command,
): Promise<void> {
  const printer = createPrinter(globalOptions(command).json)
  const findings = lint(await readPolicyJson(file), { tools, workflows })
  for (const finding of findings) printer.print({ kind: 'finding', ...finding }, findingLine(finding, printer))
  if (findings.length === 0)
    printer.print({ kind: 'finding', level: 'none', problem: 'nothing found' }, `${printer.colors.green('✓')} nothing found`)
  if (findings.some(({ level }) => level === 'error')) process.exitCode = exitCodes.failed
}

function findingLine({ level, rule, problem }: Finding, { colors }: Printer): string {
  const mark = level === 'error' ? colors.red('✗') : colors.yellow('!')
  return `${mark} ${rule === undefined ? '' : `${rule}: `}${problem}`
}

async function printBackTest(
  file: string,
  runs: string[],
  { policy, last }: { policy: string[]; last?: number },
  command: Command,
): Promise<void> {
  if (runs.length > 0 && last !== undefined) throw new UsageProblem('name runs or --last, not both', 'loopwright policy test --help')
  const candidate = await readPolicyFiles([file, ...policy])
  if (runs.length > 0 && runs.every((run) => isFile(run))) {
    const traceOf = async (run: string) => (await openRunFile(run)).trace('')
    return printTested(createPrinter(globalOptions(command).json), await backTest(traceOf, runs, candidate))
  }
  await withKept(command, async (kept, printer) => {
    const named = await Promise.all(runs.map((run) => kept.resolve(run)))
    printTested(printer, await kept.backTest(candidate, named.length > 0 ? named : { last: last ?? 20 }))
    return exitCodes.accepted
  })
}

function printTested(printer: Printer, tested: BackTest): void {
  const { differences, ...summary } = tested
  for (const one of differences) {
    const why = one.why === undefined ? '' : `: ${one.why}`
    const call = `${one.tool} ${brief(JSON.stringify(one.arguments), 80)}`
    printer.print({ kind: 'difference', ...one }, `${one.was} → ${one.now}  ${call}  (rule ${one.rule}${why}; ${one.run} ${one.path})`)
  }
  printer.print({ kind: 'tested', ...summary, differing: differences.length }, summaryLines(tested).join('\n'))
}

function summaryLines({ runs, calls, counts, differences, unread }: BackTest): string[] {
  const changed = Object.entries(counts).filter(([change]) => change.split(' → ')[0] !== change.split(' → ')[1])
  const said = changed.map(([change, times]) => `${times} ${change}`).join(', ')
  if (runs === 0) return ['no recorded run was found here, so nothing was tried', ...unread.map((one) => `not read: ${one}`)]
  return [
    `${plural(calls, 'call')} of ${plural(runs, 'run')}: ${differences.length === 0 ? 'all are decided as they were' : said}`,
    ...unread.map((one) => `not read: ${one}`),
  ]
}
