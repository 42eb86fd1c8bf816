import type { History, Payload } from '@temporalio/common/lib/proto-utils.js'
import { z } from 'zod'
import { type RunEvent } from '../contract/run-events.ts'
import { decoded } from './archive.ts'
import { type Server } from './server.ts'
import { endOf, key, kinds, text } from './stages.ts'
import { visible } from '../contract/visible.ts'

type HistoryEvent = NonNullable<History['events']>[number]
type Without<Event> = Event extends RunEvent ? Omit<Event, 'id' | 'at'> : never
/** What an event says, without where it stands. */
type Told = Exclude<Without<RunEvent>, { kind: 'ended' }> | { kind: 'ended' }
type StageTold = Extract<Told, { kind: 'stage' }>

const Sent = z.looseObject({ by: z.string() })
const Answered = z.looseObject({ accepted: z.boolean(), reason: z.string().optional() })

/** Tells the events of one execution in their order; undefined for those that say nothing to people. */
export function toldBy(server: Server, run: string): (event: HistoryEvent) => Promise<Told | undefined> {
  const stages = new Map<string, StageTold>()
  const sent = new Map<string, Extract<Told, { kind: 'message' }>>()
  const say = sayer(server)
  return async (event) => {
    const begun = begins(run, event)
    if (begun) stages.set(begun.key, begun.stage)
    if (begun) return begun.stage
    const end = endOf(event)
    const stage = end && stages.get(end.key)
    if (stage) return { ...stage, status: end.status }
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input
    if (accepted) {
      const message = await say(accepted.name, accepted.args?.payloads)
      sent.set(String(event.eventId), message)
      return message
    }
    const answered = event.workflowExecutionUpdateCompletedEventAttributes
    const question = answered && sent.get(String(answered.acceptedEventId))
    if (question) return { ...question, ...(await answerOf(server, answered.outcome?.success?.payloads)) }
    const signal = event.workflowExecutionSignaledEventAttributes
    if (signal) return say(signal.signalName, signal.input?.payloads)
    return bounds(event)
  }
}

function begins(run: string, event: HistoryEvent): { key: string; stage: StageTold } | undefined {
  const activity = event.activityTaskScheduledEventAttributes
  if (activity?.activityId) {
    const path = activity.activityId.replace(/~\d+$/, '')
    const stage = stageOf(path, kinds[activity.activityType?.name ?? ''] ?? 'step', text(event.userMetadata?.summary))
    return { key: key('activity', event.eventId), stage }
  }
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes
  if (!child?.workflowId) return undefined
  const stage = stageOf(child.workflowId.slice(run.length + 1), 'child', `child ${child.workflowType?.name ?? ''}`)
  return { key: key('child', event.eventId), stage }
}

function stageOf(path: string, stage: StageTold['stage'], said: string | undefined): StageTold {
  return { kind: 'stage', path, stage, text: visible(said ?? path.slice(path.lastIndexOf('/') + 1)), status: 'running' }
}

function sayer(server: Server) {
  return async (
    message: string | null | undefined,
    payloads: Payload[] | null | undefined,
  ): Promise<Extract<Told, { kind: 'message' }>> => {
    const by = Sent.safeParse(await decoded(server, payloads).catch(() => undefined)).data?.by
    return { kind: 'message', message: message ?? '', ...(by === undefined ? {} : { by: visible(by) }) }
  }
}

async function answerOf(server: Server, payloads: Payload[] | null | undefined) {
  const answer = Answered.safeParse(await decoded(server, payloads).catch(() => undefined)).data
  if (!answer) return {}
  return { accepted: answer.accepted, ...(answer.reason === undefined ? {} : { reason: visible(answer.reason) }) }
}

/** How an execution begins and ends. */
function bounds(event: HistoryEvent): Told | undefined {
  const started = event.workflowExecutionStartedEventAttributes
  if (started) return started.continuedExecutionRunId ? undefined : { kind: 'started', workflow: started.workflowType?.name ?? 'unknown' }
  if (event.workflowExecutionCancelRequestedEventAttributes) return { kind: 'message', message: 'stop' }
  if (event.workflowExecutionContinuedAsNewEventAttributes) return { kind: 'continued' }
  const closed =
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionTerminatedEventAttributes ??
    event.workflowExecutionCanceledEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes
  return closed ? { kind: 'ended' } : undefined
}
