#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { connect } from '../client/index.ts'
import { testAndFix } from '../contract/test-and-fix.ts'
import { absolute } from './commands/start.ts'
import { type Job, prepareExamples } from './examples.ts'
import { flagsOf } from './flags.ts'
import { type Machinery, startMachinery } from './machinery.ts'
import { addFlags, typedFlags } from './options.ts'
import { createPrinter } from './printer.ts'
import { printProblem } from './problem.ts'
import { repair } from './repair.ts'
import { type Session } from './session.ts'
import { exitCodes } from './usage.ts'
import { confinement, plural } from './words.ts'

const flags = flagsOf(testAndFix.input)
const program = addFlags(new Command('npm start --'), flags)
  .description(`${testAndFix.description} Without --repo: the example repositories.`)
  .option('--state-folder <folder>', 'where everything is kept', '.loopwright')
  .option('--json', 'one JSON value per line, for programs')
  .exitOverride()
  .configureOutput({ writeErr: () => {} })

/** What `npm start` does: a server and a worker in this process, some repositories repaired, and nothing left running. */
async function start(stateFolder: string, typed: Record<string, unknown>): Promise<number> {
  const printer = createPrinter(program.opts<{ json?: boolean }>().json === true)
  printer.say(confinement('none'))
  printer.say(proposer(typed))
  const named = typed['repo'] === undefined ? undefined : [{ repo: String(typed['repo']), test: String(typed['test'] ?? '') }]
  const jobs = named ?? (await prepareExamples(stateFolder))
  const machinery = await startMachinery({ stateFolder, address: process.env['TEMPORAL_ADDRESS'] || undefined })
  try {
    return await repairAll(machinery, stateFolder, jobs, typed)
  } finally {
    await machinery.stop()
  }

  async function repairAll({ address }: Machinery, folder: string, all: Job[], options: Record<string, unknown>): Promise<number> {
    const loopwright = await connect({ address, stateFolder: folder })
    const session: Session = { loopwright, printer, stateFolder: folder }
    const codes: number[] = []
    try {
      for (const job of all) {
        printer.say(`\n${printer.colors.bold(job.repo)}: ${job.test}`)
        codes.push(await repair(session, absolute({ ...options, ...withoutEmpty(job) })))
        if (codes.at(-1) === exitCodes.interrupted) break
      }
    } finally {
      await loopwright.close()
    }
    printer.say(`\n${closing(codes)}`)
    return codes.find((code) => code !== exitCodes.accepted) ?? exitCodes.accepted
  }
}

function proposer({ models }: Record<string, unknown>): string {
  if (models !== undefined) return `proposer: ${String(models)}`
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: url } = process.env
  const how = 'npm start -- --models openai/NAME'
  if (key || url) return `proposer: builtin/repair, although a model could be asked; choose one with: ${how}`
  return `proposer: builtin/repair, a search without a model; with OPENAI_API_KEY set, a model proposes: ${how}`
}

function closing(codes: number[]): string {
  if (codes.at(-1) === exitCodes.interrupted)
    return 'Paused; nothing is left running. Go on with: npm start. Look at the runs with: npm run dev'
  const accepted = codes.filter((code) => code === exitCodes.accepted).length
  return `${accepted} of ${plural(codes.length, 'repository').replace('repositorys', 'repositories')} repaired; nothing is left running. Look at the runs with: npm run dev`
}

function withoutEmpty({ repo, test }: Job): Record<string, unknown> {
  return test === '' ? { repo } : { repo, test }
}

try {
  program.parse()
  process.exitCode = await start(String(program.opts()['stateFolder']), typedFlags(flags, program.opts()))
} catch (problem) {
  if (!(problem instanceof CommanderError && problem.exitCode === 0)) {
    printProblem(createPrinter(process.argv.includes('--json')), problem)
    process.exitCode = exitCodes.failed
  }
}
