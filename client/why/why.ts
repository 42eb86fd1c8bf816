import { type StopReason } from '../../contract/outcome.ts'
import { type TraceRecord } from '../../contract/trace.ts'
import { type RunSummary } from '../summary.ts'
import { evidenceOfEnd, evidenceOfOpen } from './evidence.ts'
import { factsOf } from './facts.ts'
import { type Next, nextOfEnd, nextOfOpen } from './next.ts'
import { sentence } from './words.ts'

/** Three sentences about a run, and the one command that comes next. */
export interface Why extends Next {
  run: string
  workflow: string
  status: RunSummary['status'] | 'stuck' | 'open'
  reason?: StopReason
  /** What stopped it, or what it waits for. */
  what: string
  /** On what evidence. */
  evidence: string
}

/** Explains a run that has not ended, from what it says of itself. */
export function whyOpen(summary: RunSummary): Why {
  const { run, workflow, stuck, silent, status, why, waitingFor } = summary
  const what = stuck
    ? `${run} is stuck: ${why.split('; ')[0]}`
    : silent
      ? `${run} is under way, but says nothing: ${why}`
      : status === 'waiting'
        ? `${run} waits ${waitingFor === 'mending' ? 'until something is mended' : 'for a person'}: ${why}`
        : `${run} is ${status}: ${why}`
  return {
    run,
    workflow,
    status: stuck ? 'stuck' : status,
    what: sentence(what),
    evidence: sentence(evidenceOfOpen(summary)),
    ...nextOfOpen(summary),
  }
}

/** Explains a run that has ended from its trace; `subject` is what commands name it by: its id, or the file that the trace was read from. */
export function whyEnded(records: TraceRecord[], subject?: string): Why {
  const facts = factsOf(records)
  const { run, workflow, status, reason, why } = facts
  const word = { done: 'was accepted', stopped: `stopped${reason ? ` (${reason})` : ''}`, failed: 'failed', open: 'had not ended' }[status]
  return {
    run,
    workflow,
    status,
    ...(reason ? { reason } : {}),
    what: sentence(`${run} ${word}: ${why}`),
    evidence: sentence(evidenceOfEnd(facts)),
    ...nextOfEnd(facts, subject ?? run),
  }
}
