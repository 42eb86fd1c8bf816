import { Command } from 'commander'
import { addCases } from './commands/cases.ts'
import { addClean } from './commands/clean.ts'
import { addCosts } from './commands/costs.ts'
import { addDoctor } from './commands/doctor.ts'
import { addAttach } from './commands/attach.ts'
import { addFacts } from './commands/facts.ts'
import { addHolds } from './commands/holds.ts'
import { addMessages } from './commands/messages.ts'
import { addModels } from './commands/models.ts'
import { addNew } from './commands/new.ts'
import { addPolicy } from './commands/policy.ts'
import { addReplay } from './commands/replay.ts'
import { addEnding, addLooking } from './commands/runs.ts'
import { addSchedule } from './commands/schedule.ts'
import { addRun, addStart } from './commands/start.ts'
import { addTrace } from './commands/trace.ts'
import { version } from './package.ts'
import { addApi } from './commands/api.ts'
import { addServing } from './commands/serving.ts'
import { addCheck } from './commands/workflows.ts'
import { addWhy } from './commands/why.ts'

/** The whole command line; nothing is parsed yet. */
export function createProgram(): Command {
  const program = new Command('loopwright')
    .description('Durable agent loops as Temporal workflows.')
    .version(version(), '--version', 'prints the version')
    .option(
      '--url <url>',
      'everything goes over the HTTP API of `loopwright serve` there, with the token in LOOPWRIGHT_TOKEN (default: LOOPWRIGHT_URL)',
    )
    .option('--address <address>', 'the Temporal server, host:port (default: TEMPORAL_ADDRESS, else the one of the state folder)')
    .option('--namespace <namespace>', 'the Temporal namespace (default: TEMPORAL_NAMESPACE, else default)')
    .option('--state-folder <folder>', 'where the embedded server, artifacts and patches are', '.loopwright')
    .option(
      '--artifacts <store>',
      'where artifacts are: a folder or s3://bucket/prefix (default: LOOPWRIGHT_ARTIFACTS, else the state folder)',
    )
    .option('--task-queue <queue>', 'where runs go and workers look for them (default: loops)')
    .option('--json', 'one JSON value per line, for programs')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .addHelpText('after', '\nExit codes: 0 accepted, 2 stopped, 3 waiting for a person, 1 error, 130 detached by Ctrl-C.')
    .exitOverride()
    // Problems are printed in one place, as one sentence.
    .configureOutput({ writeErr: () => {} })
  for (const add of [
    addStart,
    addRun,
    addLooking,
    addCheck,
    addWhy,
    addAttach,
    addMessages,
    addHolds,
    addEnding,
    addSchedule,
    addTrace,
    addCosts,
    addPolicy,
    addCases,
    addFacts,
    addReplay,
    addServing,
    addApi,
    addNew,
    addModels,
    addDoctor,
    addClean,
  ])
    add(program)
  return program
}
