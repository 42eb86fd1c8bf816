import { type History, historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type TraceOf, TraceRecord } from '../contract/trace.ts'
import { dataConverter } from '../store/data-converter.ts'
import { folderStore } from '../store/folder.ts'
import { type Kept } from './kept.ts'
import { ClientProblem } from './problem.ts'
import { foldTrace } from './trace/trace.ts'
import { whyEnded } from './why/why.ts'

/** What can be asked about a run wherever it is read from: a server, the archive, a file. */
export type RunSource = Pick<Kept, 'resolve' | 'trace' | 'why' | 'histories' | 'store'>

const Started = z.looseObject({ workflowExecutionStartedEventAttributes: z.looseObject({ workflowId: z.string().optional() }) })
const HistoryJson = z.looseObject({ events: z.tuple([Started], z.unknown()) })
const Link = z.looseObject({ previous: z.string(), hash: z.string() })

/**
 * Reads a run from a file, without a server: what `temporal workflow show --output json` or `trace --jsonl` has written.
 * Artifacts are looked for in the folder `artifacts` beside it.
 */
export async function openRunFile(file: string): Promise<RunSource> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ClientProblem('InvalidInput', `the file ${file} cannot be read`, 'check its path', cause)
  })
  const store = folderStore(join(dirname(file), 'artifacts'))
  const found = HistoryJson.safeParse(json(text)).data
  const records = found ? undefined : linesOf(text)
  const run = found?.events[0].workflowExecutionStartedEventAttributes.workflowId ?? records?.[0].run
  if (run === undefined) throw neither(file)
  const history = found && parsed(file, found)
  const archive = { store, converter: loadDataConverter(dataConverter(store)) }
  const trace = () => (history ? foldTrace(archive, run, [history]) : Promise.resolve(records ?? []))
  return {
    store,
    resolve: () => Promise.resolve(run),
    trace,
    why: async () => whyEnded(await trace(), file),
    histories: () => (history ? Promise.resolve([history]) : Promise.reject(noHistory(file))),
  }
}

/** A history that only looks like one. */
function parsed(file: string, history: unknown): History {
  try {
    return historyFromJSON(history)
  } catch (cause) {
    throw neither(file, cause)
  }
}

function neither(file: string, cause?: unknown): ClientProblem {
  return new ClientProblem(
    'InvalidInput',
    `${file} is neither a history as JSON nor a trace as JSON lines`,
    'make one with: temporal workflow show --workflow-id RUN --output json, or: loopwright trace RUN --jsonl FILE',
    cause,
  )
}

function noHistory(file: string): ClientProblem {
  const next = 'give a history: temporal workflow show --workflow-id RUN --output json'
  return new ClientProblem('InvalidInput', `${file} is a trace, which says what was decided but holds no history to replay`, next)
}

/** The records of an exported trace without their chain; undefined when a line is none. */
function linesOf(text: string): [TraceOf<'run'>, ...TraceRecord[]] | undefined {
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const link = Link.safeParse(json(line))
      if (!link.success) return undefined
      const { previous: _previous, hash: _hash, ...record } = link.data
      return TraceRecord.safeParse(record).data
    })
  const [first, ...rest] = records
  const whole = rest.every((record) => record !== undefined) && rest.at(-1)?.kind === 'end'
  return first?.kind === 'run' && whole ? [first, ...rest] : undefined
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Told apart by whoever asked.
    return undefined
  }
}
