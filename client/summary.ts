import { type WorkflowExecutionInfo } from '@temporalio/client'
import { type Json } from '../contract/json.ts'
import { type Limits } from '../contract/limits.ts'
import { type OpenStage, type Status } from '../contract/messages.ts'
import { type Outcome, type Spent } from '../contract/outcome.ts'
import { ask, reasonOf } from './asking.ts'
import { type Ended, ended } from './ended.ts'
import { type RunFailure } from './problem.ts'
import { tenantIn } from './tenant.ts'
import { isUnreachable, type Server } from './server.ts'

/** One run in a person's words, live or ended. */
export interface RunSummary {
  run: string
  workflow: string
  /** Whose run it is. */
  tenant?: string
  status: Status['status']
  /** One sentence: what it waits for, or why it ended. */
  why: string
  /** Its code fails again and again: `why` says what to do. */
  stuck?: boolean
  /** It is open, and no worker answers for it: `why` says so. */
  silent?: boolean
  /** While it waits: for a person, or for something outside to be mended. */
  waitingFor?: NonNullable<Status['waitingFor']>
  /** Milliseconds since the epoch. */
  startedAt?: number
  endedAt?: number
  attempt?: NonNullable<Status['attempt']>
  objections?: NonNullable<Status['objections']>
  spent?: Spent
  limits?: Limits
  open?: OpenStage[]
  outcome?: Outcome<Json>
  failure?: RunFailure
}

/** What the server says about an execution, as far as a summary needs it. */
export type Execution = Pick<WorkflowExecutionInfo, 'workflowId' | 'type' | 'startTime' | 'status' | 'memo' | 'typedSearchAttributes'> & {
  closeTime?: Date | undefined
}

/** The summary of a run that the server knows. */
export async function summarize(server: Server, execution: Execution): Promise<RunSummary> {
  const { workflowId: run, type: workflow, startTime, closeTime, status: closed } = execution
  const tenant = tenantIn(execution)
  const times = {
    ...(tenant === undefined ? {} : { tenant }),
    startedAt: startTime.getTime(),
    ...(closeTime ? { endedAt: closeTime.getTime() } : {}),
  }
  if (closeTime) return { run, workflow, ...times, ...(await summaryOfClosed(server, run, closed.name)) }
  const { answer, silent, stuck } = await ask(server, run, 'status')
  if (!answer) return { run, workflow, status: 'running', why: silent, silent: true, ...(stuck ? { stuck } : {}), ...times }
  const { status, why, waitingFor, attempt, objections, spent, limits, open, startedAt } = answer
  return {
    run,
    workflow,
    status,
    why,
    ...times,
    startedAt,
    ...(waitingFor ? { waitingFor } : {}),
    ...(attempt ? { attempt } : {}),
    ...(objections ? { objections } : {}),
    spent,
    limits,
    open,
  }
}

/** An end that cannot be read, because its artifacts are elsewhere or the server has just forgotten it, must not hide the other runs. */
async function summaryOfClosed(server: Server, run: string, closed: string): Promise<ReturnType<typeof summaryOfEnd>> {
  try {
    return summaryOfEnd(await ended(server, run))
  } catch (error) {
    if (isUnreachable(error) || !(error instanceof Error)) throw error
    const why = `how it ended cannot be read: ${reasonOf(error)}`
    return { status: closed === 'COMPLETED' ? 'stopped' : 'failed', why }
  }
}

/** How an end reads in a summary. */
export function summaryOfEnd({ outcome, failure }: Ended): Pick<RunSummary, 'status' | 'why' | 'spent' | 'outcome' | 'failure'> {
  if (!outcome) return { status: 'failed', why: failure.message, failure }
  return { status: outcome.status === 'accepted' ? 'done' : 'stopped', why: outcome.why, spent: outcome.spent, outcome }
}
