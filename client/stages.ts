import type { History, Payload } from '@temporalio/common/lib/proto-utils.js'
import { type GraphNode } from './graph.ts'

/** A step as the history tells of it; `order` and `endOrder` are places in the history, which clocks cannot confuse. */
export interface Stage {
  path: string
  kind: GraphNode['kind']
  label: string
  start: number
  end?: number
  status: GraphNode['status']
  tries: number
  order: number
  endOrder: number
}

type HistoryEvent = NonNullable<History['events']>[number]

/** What the activities of the roads are; every other is a step. */
export const kinds: Record<string, 'model' | 'tool' | 'verify'> = { callModel: 'model', useTool: 'tool', runTests: 'verify' }

/** The steps of a run: its activities, whose ids are stage paths (`path~2` is a second try), its children, and the gates that were decided. */
export function stagesOf(histories: History[]): Stage[] {
  const stages = new Map<string, Stage>()
  const run = histories[0]?.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? ''
  let order = 0
  for (const { events } of histories) {
    // Event ids begin anew in every execution.
    const scheduled = new Map<string, Stage>()
    for (const event of events ?? []) take(run, event, ++order, stages, scheduled)
  }
  return [...stages.values()]
}

function take(run: string, event: HistoryEvent, order: number, stages: Map<string, Stage>, open: Map<string, Stage>): void {
  const at = milliseconds(event.eventTime)
  const activity = event.activityTaskScheduledEventAttributes
  if (activity?.activityId) {
    const path = activity.activityId.replace(/~\d+$/, '')
    const kind = kinds[activity.activityType?.name ?? ''] ?? 'step'
    open.set(key('activity', event.eventId), begin(stages, path, kind, text(event.userMetadata?.summary), at, order))
  }
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes
  if (child?.workflowId) {
    // A child is named for its parent and its stage.
    const path = child.workflowId.slice(run.length + 1)
    open.set(key('child', event.eventId), begin(stages, path, 'child', `child ${child.workflowType?.name ?? ''}`, at, order))
  }
  const decided = event.workflowExecutionUpdateAcceptedEventAttributes
  const gate = decided?.acceptedRequest?.input?.name === 'decide' ? gateOf(decided.acceptedRequest.input.args?.payloads?.[0]) : undefined
  if (gate !== undefined) open.set(key('update', event.eventId), begin(stages, gate, 'gate', undefined, at, order))
  const ended = endOf(event)
  const stage = ended && open.get(ended.key)
  if (!stage) return
  Object.assign(stage, { status: ended.status, end: at, endOrder: order })
}

function begin(stages: Map<string, Stage>, path: string, kind: Stage['kind'], label: string | undefined, at: number, order: number): Stage {
  const known = stages.get(path)
  if (known) {
    delete known.end
    return Object.assign(known, { status: 'running', endOrder: Infinity, tries: known.tries + 1 })
  }
  const name = label ?? path.slice(path.lastIndexOf('/') + 1)
  const stage: Stage = { path, kind, label: name, start: at, status: 'running', tries: 1, order, endOrder: Infinity }
  stages.set(path, stage)
  return stage
}

/** Which step an event ends, by its key, and how. */
export function endOf(event: HistoryEvent): { key: string; status: Stage['status'] } | undefined {
  const done = event.activityTaskCompletedEventAttributes
  if (done) return { key: key('activity', done.scheduledEventId), status: 'done' }
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes
  if (failed) return { key: key('activity', failed.scheduledEventId), status: 'failed' }
  const cancelled = event.activityTaskCanceledEventAttributes
  if (cancelled) return { key: key('activity', cancelled.scheduledEventId), status: 'cancelled' }
  const child = childEndOf(event)
  if (child) return child
  const answered = event.workflowExecutionUpdateCompletedEventAttributes
  return answered ? { key: key('update', answered.acceptedEventId), status: 'done' } : undefined
}

function childEndOf(event: HistoryEvent): { key: string; status: Stage['status'] } | undefined {
  const done = event.childWorkflowExecutionCompletedEventAttributes
  if (done) return { key: key('child', done.initiatedEventId), status: 'done' }
  const failed =
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes
  if (failed) return { key: key('child', failed.initiatedEventId), status: 'failed' }
  const cancelled = event.childWorkflowExecutionCanceledEventAttributes
  return cancelled ? { key: key('child', cancelled.initiatedEventId), status: 'cancelled' } : undefined
}

/** Event ids are Longs or numbers, as the history was read. */
export function key(what: 'activity' | 'update' | 'child', eventId: HistoryEvent['eventId']): string {
  return `${what} ${String(eventId)}`
}

/** Seconds are a Long or a number, too. */
export function milliseconds(time: HistoryEvent['eventTime']): number {
  return Number(String(time?.seconds ?? 0)) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6)
}

function gateOf(payload: Payload | undefined): string | undefined {
  const decision = json(payload)
  const gate = typeof decision === 'object' && decision !== null && 'gate' in decision ? decision.gate : undefined
  return typeof gate === 'string' ? gate : undefined
}

/** A summary; undefined where it cannot be read. */
export function text(payload: Payload | null | undefined): string | undefined {
  const value = json(payload)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function json(payload: Payload | null | undefined): unknown {
  if (!payload?.data) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(payload.data))
  } catch {
    // Encrypted, or not JSON: the graph does without.
    return undefined
  }
}
