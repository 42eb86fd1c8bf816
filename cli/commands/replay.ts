import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { type Command } from 'commander'
import { resolve } from 'node:path'
import { type RunSource } from '../../client/index.ts'
import { declarations } from '../../contract/declarations.ts'
import { runOrFile, withRun } from '../kept.ts'
import { type Printer } from '../printer.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { plural } from '../words.ts'

interface Options {
  file?: string
  workflows?: string
}

/** `replay RUN`, or of a file: the same decisions, without touching the world? */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description(
      'Replays the history of a run against the workflows as they are now; nothing outside is touched. Needs no server for runs that are kept.',
    )
    .argument('[run]', runOrFile[1])
    .option('--file <file>', 'a history as JSON, instead of a run')
    .option('--workflows <file>', "a workflows file of one's own")
    .action(async (prefix: string | undefined, { file, workflows }: Options, command: Command) => {
      const subject = prefix ?? file
      if (subject === undefined || (prefix !== undefined && file !== undefined)) {
        throw new UsageProblem('replay needs a run or --file, and not both', 'loopwright replay --help')
      }
      await withRun(command, subject, (source, run, printer) => replayAll(source, run, printer, workflows))
    })
}

async function replayAll(source: RunSource, run: string, printer: Printer, workflows: string | undefined): Promise<number> {
  const histories = await source.histories(run)
  const type = histories[0]?.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? ''
  if (workflows === undefined && !Object.hasOwn(declarations, type))
    throw new UsageProblem(
      `${run} is a run of ${type}, which is not among the workflows that come with Loopwright`,
      `loopwright replay ${run} --workflows FILE, with the file that has ${type}`,
    )
  // The worker's native parts are loaded by this command only.
  const { bundleWorkflows, ownWorkflows, prebuiltBundle, replayHistory } = await import('../../workers/index.ts')
  const workflowsPath = workflows === undefined ? ownWorkflows : resolve(workflows)
  const bundle = prebuiltBundle(workflowsPath) ?? (await bundleWorkflows(workflowsPath))
  let events = 0
  for (const history of histories) {
    const replayed = await replayHistory(JSON.parse(historyToJSON(history)), { bundle, workflowId: run, store: source.store })
    events += replayed.events
    if (replayed.divergence === undefined) continue
    const { divergence } = replayed
    printer.print(
      { kind: 'replayed', events, divergence },
      `the code decides differently now: ${divergence}\nNext: guard the change with patched()`,
    )
    return exitCodes.failed
  }
  printer.print({ kind: 'replayed', events }, `${plural(events, 'event')} replayed, same decisions`)
  return exitCodes.accepted
}
