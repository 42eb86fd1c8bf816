import { type Command } from 'commander'
import { entryOf } from '../../contract/catalogue.ts'
import { type Declaration } from '../../contract/declaration.ts'
import { answersOf, sixQuestions } from '../../contract/six-questions.ts'
import { checked } from '../../client/input.ts'
import { shellWord } from '../../client/why/words.ts'
import { drawing, knownWorkflows, workflowOf } from '../catalogue.ts'
import { flagsOf } from '../flags.ts'
import { type GivenInput, givenInput } from '../given-input.ts'
import { isRecord, mergeInputs } from '../options.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { globalOptions } from '../session.ts'
import { exitCodes } from '../usage.ts'

/** `check WORKFLOW`: the six questions of loop engineering, answered from the declaration. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description(
      'Asks the six questions of every loop (trigger, context, verifier, state, stop, learning); exit code 1 if one has no answer.',
    )
    .argument('<workflow>', 'the workflow, by name')
    .option('--workflows <file>', "a workflows file of one's own")
    .action(async (name: string, { workflows }: { workflows?: string }, command: Command) => {
      const printer = createPrinter(globalOptions(command).json)
      process.exitCode = check(printer, name, workflowOf(await knownWorkflows(workflows), name))
    })
}

function check(printer: Printer, name: string, declaration: Declaration): number {
  const { bold, green, red } = printer.colors
  const answers = answersOf(name, declaration)
  const open = answers.filter((one) => 'missing' in one).length
  const lines = answers.map((one) => {
    const asked = `${one.question.padEnd(9)} ${sixQuestions[one.question]}`
    return 'answer' in one ? `${green('✓')} ${asked} ${one.answer}` : `${red('✗')} ${asked} No answer: ${one.missing}.`
  })
  const headline = open === 0 ? `${name} answers all six questions` : `${name} leaves ${open} of the six questions open`
  const next = open === 0 ? `loopwright show ${name}` : 'say what is missing in the declaration, then check again'
  printer.print({ kind: 'check', workflow: name, answers, open, next }, [headline, ...lines, `${bold('Next:')} ${next}`].join('\n'))
  return open === 0 ? exitCodes.accepted : exitCodes.failed
}

/** `list --workflows`: every workflow with its sentence. */
export async function listWorkflows(printer: Printer, file: string | true): Promise<number> {
  const known = Object.entries(await knownWorkflows(file === true ? undefined : file)).sort(([a], [b]) => a.localeCompare(b))
  const widest = Math.max(...known.map(([name]) => name.length))
  for (const [name, { description }] of known)
    printer.print({ kind: 'workflow', name, description }, `${printer.colors.bold(name.padEnd(widest))}  ${description}`)
  printer.say(`${printer.colors.bold('Next:')} loopwright show ${known[0]?.[0]}`)
  return exitCodes.accepted
}

/** `show WORKFLOW`: everything that is known before a run, for its example or for an input. */
export async function showWorkflow(printer: Printer, name: string, declaration: Declaration, given: GivenInput): Promise<number> {
  const example = isRecord(declaration.example) ? declaration.example : {}
  const input = mergeInputs(example, await givenInput(given))
  checked(declaration.input, input, 'input', `loopwright start ${name} --help`)
  const entry = entryOf(name, declaration, input)
  const { bold } = printer.colors
  const { traits, stages = [] } = entry
  const unsaid = 'the declaration does not say'
  const options = flagsOf(declaration.input).map(
    ({ path, placeholder = 'true', description, required }) =>
      `  ${path.join('.')} <${placeholder}>  ${description}${required ? ' (needed)' : ''}`,
  )
  const lines = [
    `${bold(name)}: ${entry.description}`,
    `  sequence  ${traits.sequence ?? unsaid}`,
    `  failure   ${traits.failure ?? unsaid}`,
    `  audit     ${traits.audit ?? unsaid}`,
    `  cost      ${traits.cost}`,
    bold('Stages'),
    ...(stages.length > 0 ? drawing(stages).map((line) => `  ${line}`) : [`  ${unsaid}`]),
    bold('Input'),
    ...options,
    bold('Output'),
    `  ${JSON.stringify(entry.output)}`,
    bold('Example'),
    `  loopwright start ${name} --input ${shellWord(JSON.stringify(entry.example))}`,
    `${bold('Next:')} loopwright check ${name}`,
  ]
  printer.print({ kind: 'workflow', ...entry }, lines.join('\n'))
  return exitCodes.accepted
}
