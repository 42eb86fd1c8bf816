import { type CommandCall, type CommandReport } from '../../contract/command-verdict.ts'
import { type Activities } from '../activities.ts'
import { type Tell } from '../tail.ts'
import { runTestCommand, type TestRun } from '../tests/run.ts'
import { clip } from '../tests/text.ts'
import { whileAlive } from '../tools/alive.ts'
import { withCheckout } from '../workspace/checkout.ts'
import { dependenciesOf } from '../workspace/set-up.ts'
import { type World } from '../world.ts'
import { withFiles } from './scratch.ts'

const most = { failed: 20, messageCharacters: 1_000 }

/** Makes the activity that runs one command as the tests are run: confined, by argv, without network, with results that the command can't forge where its framework is known. */
export function createRunCommand(world: World): Activities['runCommand'] {
  return (call) => {
    let told: { tail: string; bytes?: number } = { tail: '' }
    const onTail: Tell = (tail, bytes) => (told = { tail, ...(bytes === undefined ? {} : { bytes }) })
    return whileAlive(
      async (signal) => {
        const run = await inPlace(world, call, signal, onTail)
        signal?.throwIfAborted()
        return reportOf(world, run)
      },
      () => told,
    )
  }
}

function inPlace(world: World, call: CommandCall, signal: AbortSignal | undefined, onTail: Tell): Promise<TestRun> {
  const { workspace, files = {}, command: argv, minutes } = call
  const common = { argv, minutes, worker: world.environment, sandbox: world.sandbox, onTail, ...(signal ? { signal } : {}) }
  if (!workspace) return withFiles(files, (folder) => runTestCommand({ ...common, folder }))
  const work = async (folder: string) => runTestCommand({ ...common, folder, dependencies: await dependenciesOf(world, workspace, folder) })
  return withCheckout(world, workspace, 'test', work, signal)
}

async function reportOf(world: World, run: TestRun): Promise<CommandReport> {
  const { exitCode, ended, format, checks, tail, output, milliseconds, sandbox } = run
  const failed = checks.filter(({ status }) => status === 'failed').slice(0, most.failed)
  return {
    exitCode,
    ...(ended ? { ended } : {}),
    format,
    ran: checks.filter(({ status }) => status !== 'skipped').length,
    failed: failed.map((check) =>
      check.message === undefined ? check : { ...check, message: clip(check.message, most.messageCharacters) },
    ),
    tail,
    output: await world.store.put(output),
    milliseconds,
    sandbox,
  }
}
