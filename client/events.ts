import type { History } from '@temporalio/common/lib/proto-utils.js'
import { type RunEvent } from '../contract/run-events.ts'
import { ended } from './ended.ts'
import { toldBy } from './event-telling.ts'
import { histories } from './history.ts'
import { ClientProblem } from './problem.ts'
import { isNotFound, type Server } from './server.ts'
import { milliseconds } from './stages.ts'
import { summaryOfEnd } from './summary.ts'

type HistoryEvent = NonNullable<History['events']>[number]

export interface EventOptions {
  /** The id of an event: what comes after it is told. */
  after?: string
  /** Leaves also while nothing happens. */
  signal?: AbortSignal
}

/** What happens in a run, from its beginning or behind an event, across its continuations, until it ends. */
export async function* events(
  server: Server,
  run: string,
  { after, signal }: EventOptions = {},
): AsyncGenerator<RunEvent, void, undefined> {
  let passed = after === undefined
  for await (const { execution, event, told } of tellings(server, run, after, signal)) {
    const id = `${execution}/${String(event.eventId)}`
    if (passed && told) {
      const at = milliseconds(event.eventTime)
      if (told.kind !== 'ended') yield { ...told, id, at }
      else yield { kind: 'ended', id, at, ...(await ending(server, run)) }
    }
    passed ||= id === after
  }
  if (!passed && !signal?.aborted) throw noSuchPlace(run)
}

async function ending(server: Server, run: string): Promise<{ status: 'done' | 'stopped' | 'failed'; why: string }> {
  const { status, why } = summaryOfEnd(await ended(server, run))
  return { status: status === 'done' || status === 'stopped' ? status : 'failed', why }
}

/** Every event with what it says to people; what is said of a step needs all that came before it, so each execution is read from its beginning. */
async function* tellings(server: Server, run: string, after: string | undefined, signal: AbortSignal | undefined) {
  for await (const { execution, events: found } of executions(server, run, after, signal)) {
    const tell = toldBy(server, run)
    for await (const event of found) yield { execution, event, told: await tell(event) }
  }
}

interface Execution {
  execution: string
  events: AsyncIterable<HistoryEvent> | Iterable<HistoryEvent>
}

async function* executions(
  server: Server,
  run: string,
  after: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Execution, void, undefined> {
  let next = after === undefined ? await firstExecution(server, run) : placeOf(run, after)
  if (next === undefined || !(await isThere(server, run, next))) return yield* keptExecutions(server, run, after)
  while (next !== undefined && !signal?.aborted) {
    const execution: string = next
    next = undefined
    const follow = async function* () {
      for await (const event of live(server, run, execution, signal)) {
        next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? next
        yield event
      }
    }
    yield { execution, events: follow() }
  }
}

/** What the server has forgotten is read from the archive. */
async function* keptExecutions(server: Server, run: string, after: string | undefined): AsyncGenerator<Execution, void, undefined> {
  let begun = after === undefined
  for (const { events: found } of await histories(server, run)) {
    const execution = found?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? ''
    begun ||= execution === placeOf(run, after ?? '')
    if (begun) yield { execution, events: found ?? [] }
  }
}

/** The events of one execution, as they come, until it is closed. */
async function* live(
  server: Server,
  run: string,
  execution: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<HistoryEvent, void, undefined> {
  const { connection, namespace } = server
  const left = new AbortController()
  const leave = () => left.abort()
  signal?.addEventListener('abort', leave, { once: true })
  let token: Uint8Array | undefined
  try {
    while (!signal?.aborted) {
      const page = {
        namespace,
        execution: { workflowId: run, runId: execution },
        waitNewEvent: true,
        ...(token ? { nextPageToken: token } : {}),
      }
      const { history, nextPageToken } = await connection.withAbortSignal(left.signal, () =>
        connection.workflowService.getWorkflowExecutionHistory(page),
      )
      yield* history?.events ?? []
      if (!nextPageToken?.length) return
      token = nextPageToken
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}

async function firstExecution(server: Server, run: string): Promise<string | undefined> {
  const description = await server.workflows.getHandle(run).describe().catch(orForgotten)
  return description?.raw.workflowExecutionInfo?.firstRunId || undefined
}

async function isThere({ connection, namespace }: Server, run: string, execution: string): Promise<boolean> {
  const found = await connection.workflowService
    .describeWorkflowExecution({ namespace, execution: { workflowId: run, runId: execution } })
    .catch(orForgotten)
  return found !== undefined
}

function orForgotten(error: unknown): undefined {
  if (!isNotFound(error)) throw error
}

function placeOf(run: string, id: string): string {
  const [, execution] = /^([0-9a-f-]{36})\/\d{1,9}$/.exec(id) ?? []
  if (execution === undefined) throw noSuchPlace(run)
  return execution
}

function noSuchPlace(run: string): ClientProblem {
  return new ClientProblem(
    'InvalidInput',
    `${run} has no event with this id, so nothing can be told from there on`,
    'leave out Last-Event-ID, to begin at the start',
  )
}
