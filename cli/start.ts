#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { connect, securityOf } from '../client/index.ts'
import { checked } from '../client/input.ts'
import { testAndFix } from '../contract/test-and-fix.ts'
import { confinementHere } from './checkup.ts'
import { absolute } from './commands/start.ts'
import { prepareExamples } from './examples.ts'
import { flagsOf } from './flags.ts'
import { interruption } from './interruption.ts'
import { type Machinery, startMachinery } from './machinery.ts'
import { addFlags, typedFlags } from './options.ts'
import { createPrinter, type Printer } from './printer.ts'
import { printProblem } from './problem.ts'
import { findUnfinished, repair } from './repair.ts'
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
  printer.say(`${await confinementHere()}\n${proposer(typed)}`)
  const interrupted = interruption()
  let machinery: Machinery | undefined
  try {
    const inputs = await inputsOf(stateFolder, typed)
    const address = process.env['TEMPORAL_ADDRESS'] || undefined
    machinery = await startMachinery({ stateFolder, address, security: address === undefined ? {} : securityOf(process.env) })
    const codes = await repairAll(machinery.address, stateFolder, printer, inputs, interrupted)
    await machinery.stop()
    machinery = undefined
    const accepted = codes.filter((code) => code === exitCodes.accepted).length
    const typedWords = process.argv.slice(2).map(shellWord).join(' ')
    const again = typedWords === '' ? 'npm start' : `npm start -- ${typedWords}`
    const summary = interrupted.over ? `paused: go on with ${again}` : `${accepted} of ${inputs.length} repaired`
    const text = `\n${summary}; nothing is left running. Look at the runs with: npm run dev`
    printer.print({ kind: 'done', accepted, of: inputs.length, paused: interrupted.over }, text)
    return interrupted.over ? exitCodes.interrupted : (codes.find((code) => code !== exitCodes.accepted) ?? exitCodes.accepted)
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
): Promise<number[]> {
  const loopwright = await connect({ address, stateFolder })
  const codes: number[] = []
  try {
    // Looked for before anything is followed: unfinished runs go on by themselves meanwhile.
    const unfinished = await findUnfinished(loopwright, inputs)
    for (const [index, input] of inputs.entries()) {
      if (interrupted.over) break
      printer.say(`\n${printer.colors.bold(String(input['repo']))}`)
      codes.push(
        await repair(
          { loopwright, printer, stateFolder, show: 'npm run dev, and then: loopwright show' },
          input,
          unfinished.slice(index),
          interrupted,
        ),
      )
    }
  } finally {
    await loopwright.close()
  }
  return codes
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
