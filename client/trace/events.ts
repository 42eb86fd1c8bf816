import type { History, Payload } from '@temporalio/common/lib/proto-utils.js'
import { type ProtoFailure } from '@temporalio/common'

type HistoryEvent = NonNullable<History['events']>[number]
type Payloads = Payload[] | null | undefined

/** An activity, or a child run (its type is `child WORKFLOW`), as the history tells of it, its payloads not yet read. */
export interface ActivityEvents {
  what: 'activity'
  id: string
  type: string
  summary: Payloads
  input: Payloads
  at: number
  end?: number
  ended?: 'completed' | 'failed' | 'timed out' | 'cancelled'
  result?: Payloads
  failure?: ProtoFailure | null | undefined
  tries: number
}

/** A message to the run: an Update with its answer, a signal, or the server's own stop and kill. */
export interface MessageEvents {
  what: 'message'
  name: string
  via: 'update' | 'signal' | 'server'
  input: Payloads
  at: number
  answer?: Payloads
  refused?: ProtoFailure | null | undefined
  text?: string
}

/** Something that happened in a run, in the order of its histories. */
export type Happening = ActivityEvents | MessageEvents | { what: 'continued'; at: number }

/** Reads histories, oldest execution first, into what happened; an activity stands where it was scheduled. */
export function happenings(histories: History[]): Happening[] {
  const found: Happening[] = []
  const run = histories[0]?.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? ''
  for (const { events } of histories) {
    // Event ids begin anew in every execution.
    const open = new Map<string, Happening>()
    for (const event of events ?? []) {
      const begun = begins(event, run)
      if (begun) {
        found.push(begun)
        open.set(String(event.eventId), begun)
      } else ends(event, open)
    }
  }
  return found
}

function begins(event: HistoryEvent, run: string): Happening | undefined {
  const at = milliseconds(event.eventTime)
  const activity = event.activityTaskScheduledEventAttributes
  if (activity) {
    const { activityId, activityType, input } = activity
    const summary = event.userMetadata?.summary
    const type = activityType?.name ?? ''
    return { what: 'activity', id: activityId ?? '', type, summary: summary ? [summary] : [], input: input?.payloads, at, tries: 1 }
  }
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes
  if (child) {
    // A child is named for its parent and its stage.
    const id = (child.workflowId ?? '').slice(run.length + 1)
    return {
      what: 'activity',
      id,
      type: `child ${child.workflowType?.name ?? ''}`,
      summary: [],
      input: child.input?.payloads,
      at,
      tries: 1,
    }
  }
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input
  if (update) return { what: 'message', name: update.name ?? '', via: 'update', input: update.args?.payloads, at }
  const signal = event.workflowExecutionSignaledEventAttributes
  if (signal) return { what: 'message', name: signal.signalName ?? '', via: 'signal', input: signal.input?.payloads, at }
  const stopped = event.workflowExecutionCancelRequestedEventAttributes
  if (stopped) return { what: 'message', name: 'stop', via: 'server', input: [], at, text: stopped.cause ?? '' }
  const killed = event.workflowExecutionTerminatedEventAttributes
  if (killed) return { what: 'message', name: 'kill', via: 'server', input: [], at, text: killed.reason ?? '' }
  return event.workflowExecutionContinuedAsNewEventAttributes ? { what: 'continued', at } : undefined
}

function ends(event: HistoryEvent, open: Map<string, Happening>): void {
  const started = event.activityTaskStartedEventAttributes
  const begun = activityOf(open, started?.scheduledEventId)
  if (begun) begun.tries = started?.attempt ?? 1
  const answered = event.workflowExecutionUpdateCompletedEventAttributes
  const message = open.get(String(answered?.acceptedEventId))
  if (answered && message?.what === 'message') {
    Object.assign(message, { answer: answered.outcome?.success?.payloads, refused: answered.outcome?.failure })
  }
  const end = endOf(event)
  const activity = activityOf(open, end?.id)
  if (end && activity)
    Object.assign(activity, { ended: end.ended, result: end.result, failure: end.failure, end: milliseconds(event.eventTime) })
}

type End = Pick<ActivityEvents, 'ended' | 'result' | 'failure'> & { id: HistoryEvent['eventId'] }

function endOf(event: HistoryEvent): End | undefined {
  const done = event.activityTaskCompletedEventAttributes
  if (done) return { id: done.scheduledEventId, ended: 'completed', result: done.result?.payloads }
  const failed = event.activityTaskFailedEventAttributes
  if (failed) return { id: failed.scheduledEventId, ended: 'failed', failure: failed.failure }
  const late = event.activityTaskTimedOutEventAttributes
  if (late) return { id: late.scheduledEventId, ended: 'timed out', failure: late.failure }
  const cancelled = event.activityTaskCanceledEventAttributes
  return cancelled ? { id: cancelled.scheduledEventId, ended: 'cancelled' } : childEndOf(event)
}

function childEndOf(event: HistoryEvent): End | undefined {
  const done = event.childWorkflowExecutionCompletedEventAttributes
  if (done) return { id: done.initiatedEventId, ended: 'completed', result: done.result?.payloads }
  const failed = event.childWorkflowExecutionFailedEventAttributes
  if (failed) return { id: failed.initiatedEventId, ended: 'failed', failure: failed.failure }
  const killed = event.childWorkflowExecutionTerminatedEventAttributes ?? event.startChildWorkflowExecutionFailedEventAttributes
  if (killed) return { id: killed.initiatedEventId, ended: 'failed' }
  const cancelled = event.childWorkflowExecutionCanceledEventAttributes
  return cancelled ? { id: cancelled.initiatedEventId, ended: 'cancelled' } : undefined
}

function activityOf(open: Map<string, Happening>, id: HistoryEvent['eventId']): ActivityEvents | undefined {
  const found = id === undefined || id === null ? undefined : open.get(String(id))
  return found?.what === 'activity' ? found : undefined
}

/** Seconds are a Long or a number, as the history was read. */
export function milliseconds(time: HistoryEvent['eventTime']): number {
  return Number(String(time?.seconds ?? 0)) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6)
}
