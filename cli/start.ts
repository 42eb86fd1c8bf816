#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { basename } from 'node:path'
import { connect, securityOf } from '../client/index.ts'
import { checked } from '../client/input.ts'
import { testAndFix } from '../contract/test-and-fix.ts'
import { notAgreed, sayConfinement } from './checkup.ts'
import { absolute } from './commands/start.ts'
import { prepareExamples } from './examples.ts'
import { flagsOf } from './flags.ts'
import { interruption } from './interruption.ts'
import { type Machinery, startMachinery } from './machinery.ts'
import { addFlags, typedFlags } from './options.ts'
import { createPrinter, type Printer } from './printer.ts'
import { printProblem } from './problem.ts'
import { findUnfinished, repair, type Repaired } from './repair.ts'
import { exitCodes } from './usage.ts'
import { shellWord } from '../client/why/words.ts'

interface Options {
  stateFolder: string
  json?: boolean
}

type Input = Record<string, unknown>

const flags = flagsOf(testAndFix.input)

/** What `npm start` does: a server and a worker in this process, some repositories repaired, and nothing left running. */
async function start({ stateFolder, json }: Options, typed: Input): Promise<number> {
  const printer = createPrinter(json === true)
  if (!(await sayConfinement(printer, stateFolder))) {
    printer.say(notAgreed)
    return exitCodes.failed
  }
  printer.say(proposer(typed))
  const interrupted = interruption()
  let machinery: Machinery | undefined
  try {
    const inputs = await inputsOf(stateFolder, typed)
    printer.say(`to repair: ${inputs.map(({ repo }) => basename(String(repo))).join(', ')}; Ctrl-C pauses, and the same command goes on`)
    const address = process.env['TEMPORAL_ADDRESS'] || undefined
    machinery = await startMachinery({ stateFolder, address, security: address === undefined ? {} : securityOf(process.env) })
    const runs = await repairAll(machinery.address, stateFolder, printer, inputs, interrupted)
    // So that `why`, `trace` and `replay` need no server afterwards.
    await machinery.keep(runs.map(({ run }) => run))
    await machinery.stop()
    machinery = undefined
    printEnd(printer, runs, inputs.length, interrupted.over)
    return interrupted.over ? exitCodes.interrupted : (runs.find(({ code }) => code !== exitCodes.accepted)?.code ?? exitCodes.accepted)
  } finally {
    await machinery?.stop()
    interrupted.forget()
  }
}

async function repairAll(
  address: string,
  stateFolder: string,
  printer: Printer,
  inputs: Input[],
  interrupted: ReturnType<typeof interruption>,
): Promise<Repaired[]> {
  const loopwright = await connect({ address, stateFolder })
  const runs: Repaired[] = []
  try {
    // Looked for before anything is followed: unfinished runs go on by themselves meanwhile.
    const unfinished = await findUnfinished(loopwright, inputs)
    for (const [index, input] of inputs.entries()) {
      if (interrupted.over) break
      const place = inputs.length === 1 ? '' : `${index + 1} of ${inputs.length}: `
      printer.say(`\n${printer.colors.bold(`${place}${String(input['repo'])}`)}`)
      runs.push(await repair({ loopwright, printer, stateFolder }, input, unfinished.slice(index), interrupted))
    }
  } finally {
    await loopwright.close()
  }
  return runs
}

/** What came of it all, and the one next command. */
function printEnd(printer: Printer, runs: Repaired[], of: number, paused: boolean): void {
  const repaired = runs.filter((run) => run.repaired).length
  const well = runs.filter((run) => run.code === exitCodes.accepted).length - repaired
  const typed = process.argv.slice(2).map(shellWord).join(' ')
  const summary = `${repaired} of ${of} repaired${well > 0 ? `, ${well} needed no repair` : ''}`
  const again = typed === '' ? 'npm start' : `npm start -- ${typed}`
  const [next, what] = paused
    ? [again, 'paused; nothing is left running. It goes on where it was']
    : [`loopwright trace ${runs.at(-1)?.run ?? ''}`, `${summary}; nothing is left running. Every decision of the last one, and what it saw`]
  const accepted = repaired + well
  printer.print({ kind: 'done', accepted, repaired, of, paused, next }, `\n${what}:\n${printer.colors.bold('Next:')} ${next}`)
}

/** The repository that was named, or the examples. */
async function inputsOf(stateFolder: string, typed: Input): Promise<Input[]> {
  if (typed['repo'] !== undefined) {
    // Looked at before anything is started.
    checked(testAndFix.input, typed, 'input', 'npm start -- --help')
    // npm changes to the package's folder; what was typed is meant from where it was typed.
    return [absolute(typed, process.env['INIT_CWD'])]
  }
  return (await prepareExamples(stateFolder)).map((job) => ({ ...typed, ...job }))
}

function proposer({ models }: Input): string {
  if (Array.isArray(models)) return `proposer: ${models.join(', then ')}`
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: url } = process.env
  const how = 'npm start -- --models openai/NAME'
  if (key || url) return `proposer: builtin/repair, although a model could be asked; choose it with: ${how}`
  return `proposer: builtin/repair, a search that asks no model; with OPENAI_API_KEY set a model can propose: ${how}`
}

try {
  const program = addFlags(new Command('npm start --'), flags)
    .description(`${testAndFix.description} Without --repo: the example repositories.`)
    .option('--state-folder <folder>', 'where everything is kept', '.loopwright')
    .option('--json', 'one JSON value per line, for programs')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parse()
  process.exitCode = await start(program.opts<Options>(), typedFlags(flags, program.opts()))
  // What was left in flight must not hold the process.
  if (process.exitCode === exitCodes.interrupted) process.exit()
} catch (problem) {
  if (!(problem instanceof CommanderError && problem.exitCode === 0)) {
    printProblem(createPrinter(process.argv.includes('--json')), problem)
    process.exitCode = exitCodes.failed
  }
}
