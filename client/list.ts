import { type Gate, type Status } from '../contract/messages.ts'
import { searchAttributes } from '../contract/preflight.ts'
import { type ShownPart, shownParts } from '../contract/shown.ts'
import { ask } from './asking.ts'
import { type Server } from './server.ts'
import { tenantIn } from './tenant.ts'
import { type RunSummary, summarize } from './summary.ts'

export interface Filter {
  /** `open`: whatever has not ended. */
  status?: Status['status'] | 'open'
  workflow?: string
  /** Only runs of this tenant. */
  tenant?: string
  /** Newest first; default 50. */
  limit?: number
}

export interface Listed {
  runs: RunSummary[]
  /** What could not be looked for, in one sentence. */
  cannotFilter?: string
}

/** How many runs are asked at once. */
const abreast = 8

const conditions: Record<NonNullable<Filter['status']>, string> = {
  open: "ExecutionStatus = 'Running'",
  running: "ExecutionStatus = 'Running'",
  waiting: "ExecutionStatus = 'Running'",
  paused: "ExecutionStatus = 'Running'",
  done: "ExecutionStatus = 'Completed'",
  stopped: "ExecutionStatus = 'Completed'",
  failed: "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut', 'Canceled', 'Completed')",
}

/** The runs that the server remembers, newest first. Each open one is asked itself, because the server's index lags behind. */
export async function list(server: Server, { status, workflow, tenant, limit = 50 }: Filter = {}): Promise<Listed> {
  const indexed = await hasSearchAttributes(server)
  const executions = server.workflows.list({ query: queryFor(server, indexed, status, workflow) })
  const runs: RunSummary[] = []
  let batch: Promise<RunSummary>[] = []
  const settle = async () => {
    for (const summary of await Promise.all(batch)) if (isSo(summary, status)) runs.push(summary)
    batch = []
  }
  for await (const execution of executions) {
    if (tenant !== undefined && tenantIn(execution) !== tenant) continue
    batch.push(summarize(server, execution))
    if (batch.length === abreast) await settle()
    if (runs.length >= limit) break
  }
  await settle()
  const cannotFilter =
    indexed || workflow
      ? undefined
      : "the search attributes are not registered, so only Loopwright's own workflows are listed; name another with --workflow"
  return { runs: runs.slice(0, limit), ...(cannotFilter ? { cannotFilter } : {}) }
}

/** A run that is paused or held may ask something all the same. */
function asks({ status, open = [] }: RunSummary): boolean {
  return status === 'waiting' || open.some(({ kind }) => kind === 'gate')
}

function isSo(summary: RunSummary, status: Filter['status']): boolean {
  if (status === 'open') return ['running', 'waiting', 'paused'].includes(summary.status)
  return !status || summary.status === status
}

/** An open question, the run that asks it, and what it shows in the words of people. */
export type OpenGate = Gate & { run: string; shown: ShownPart[] }

/** The open questions of one run, or of all. */
export async function gates(server: Server, run?: string): Promise<OpenGate[]> {
  const asked =
    run === undefined ? (await list(server, { status: 'open', limit: 1_000 })).runs.filter(asks).map((summary) => summary.run) : [run]
  const answers = await Promise.all(
    asked.map(async (id) =>
      ((await ask(server, id, 'gates')).answer ?? []).map((gate) => ({ run: id, ...gate, shown: shownParts(gate.show ?? null) })),
    ),
  )
  return answers.flat().sort((a, b) => a.since - b.since)
}

function queryFor(server: Server, indexed: boolean, status: Filter['status'], workflow: string | undefined): string {
  const types = (workflow === undefined ? Object.keys(server.declarations) : [workflow]).map((type) => `'${type.replaceAll("'", '')}'`)
  const named = `WorkflowType IN (${types.join(', ')})`
  const ours = indexed && workflow === undefined ? `(${named} OR LoopwrightStatus IS NOT NULL)` : named
  return [ours, status ? conditions[status] : "ExecutionStatus != 'ContinuedAsNew'"].join(' AND ')
}

/** The runs that ended since a time, by their ids. */
export async function closedRuns(server: Server, since: number): Promise<string[]> {
  const query = `${queryFor(server, await hasSearchAttributes(server), undefined, undefined)} AND CloseTime >= '${new Date(since).toISOString()}'`
  const found: string[] = []
  for await (const { workflowId } of server.workflows.list({ query })) found.push(workflowId)
  return found
}

/** Every open run that the server's index knows, children included, with whose it is. */
export async function* openRuns(
  server: Server,
  workflow?: string,
): AsyncGenerator<{ run: string; workflow: string; tenant?: string }, void, undefined> {
  const query = `${queryFor(server, await hasSearchAttributes(server), undefined, workflow)} AND ExecutionStatus = 'Running'`
  for await (const execution of server.workflows.list({ query })) {
    const tenant = tenantIn(execution)
    yield { run: execution.workflowId, workflow: execution.type, ...(tenant === undefined ? {} : { tenant }) }
  }
}

async function hasSearchAttributes({ connection, namespace }: Server): Promise<boolean> {
  // Servers that do not let clients ask are treated as if they had none.
  const known = await connection.operatorService.listSearchAttributes({ namespace }).catch(() => undefined)
  return searchAttributes.every((name) => known?.customAttributes && name in known.customAttributes)
}
