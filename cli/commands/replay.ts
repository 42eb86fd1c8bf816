import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { type Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type ReplayOptions } from '../../workers/index.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { globalOptions, inSession } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { plural } from '../words.ts'

const History = z.looseObject({ events: z.array(z.unknown()).min(1) })

/** `replay RUN` or `replay --file history.json`: the same decisions, without touching the world? */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('Replays the history of a run against the workflows as they are now; nothing outside is touched.')
    .argument('[run]', 'the run, or a unique prefix of its id')
    .option('--file <file>', 'a history as JSON, instead of a run')
    .action(async (prefix: string | undefined, { file }: { file?: string }, command: Command) => {
      if ((prefix === undefined) === (file === undefined)) {
        throw new UsageProblem('replay needs a run or --file, and not both', 'loopwright replay --help')
      }
      if (file !== undefined) {
        process.exitCode = await replayAll(createPrinter(globalOptions(command).json), [await readHistory(file)], {})
        return
      }
      await inSession(command, async ({ loopwright, printer }) => {
        const run = await loopwright.resolve(prefix ?? '')
        const histories = (await loopwright.histories(run)).map((history): unknown => JSON.parse(historyToJSON(history)))
        return replayAll(printer, histories, { workflowId: run, store: loopwright.store })
      })
    })
}

async function replayAll(printer: Printer, histories: unknown[], run: Pick<ReplayOptions, 'workflowId' | 'store'>): Promise<number> {
  // The worker's native parts are loaded by this command only.
  const { bundleWorkflows, replayHistory } = await import('../../workers/index.ts')
  const { DefaultLogger, Runtime } = await import('@temporalio/worker')
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } } })
  const bundle = await bundleWorkflows()
  let events = 0
  for (const history of histories) {
    const replayed = await replayHistory(history, { bundle, ...run })
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

async function readHistory(file: string): Promise<unknown> {
  try {
    const history = History.safeParse(JSON.parse(await readFile(file, 'utf8')))
    if (history.success) return history.data
  } catch {
    // Said below, in one sentence.
  }
  throw new UsageProblem(`${file} is not a history as JSON`, 'make one with: temporal workflow show --workflow-id RUN --output json')
}
