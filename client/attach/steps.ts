import type { History } from '@temporalio/common/lib/proto-utils.js'
import { z } from 'zod'
import { decoded } from '../archive.ts'
import { type Server } from '../server.ts'

type Event = NonNullable<History['events']>[number]

/** What an event says of a step that has something to show: it begins, or how it ended, with what it brought. */
export type Happened =
  | { kind: 'begins'; stage: string; text: string; run?: string }
  | { kind: 'ends'; stage: string; how: 'done' | 'failed' | 'cancelled' | 'lost'; whole?: string }

/** The activities whose output people look at; the others are the run's own housekeeping. */
const shown = new Set(['callModel', 'useTool', 'runTests', 'runCommand', 'performEffect', 'setUp', 'retrieve'])

const Shown = z.union([z.string(), z.looseObject({ sha256: z.string() })])
const Brought = z.looseObject({ text: Shown.optional(), tail: z.string().optional() })

/** Reads the events of one run, in their order. */
export class Steps {
  readonly #server: Server
  readonly #open = new Map<string, string>()

  constructor(server: Server) {
    this.#server = server
  }

  /** What an event says; of what was over before anybody looked, nothing. */
  async read(event: Event, isPast: boolean): Promise<Happened | undefined> {
    const begun = event.activityTaskScheduledEventAttributes
    if (begun && shown.has(begun.activityType?.name ?? '')) {
      const stage = begun.activityId ?? ''
      this.#open.set(String(event.eventId), stage)
      if (isPast) return undefined
      const text = await decoded(this.#server, event.userMetadata?.summary ? [event.userMetadata.summary] : undefined).catch(
        () => undefined,
      )
      return { kind: 'begins', stage, text: typeof text === 'string' ? text : (begun.activityType?.name ?? '') }
    }
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes
    if (child && !isPast) {
      const run = child.workflowId ?? ''
      return { kind: 'begins', stage: run.slice(run.indexOf('/') + 1), text: `running ${child.workflowType?.name}`, run }
    }
    return this.#ended(event, isPast)
  }

  async #ended(event: Event, isPast: boolean): Promise<Happened | undefined> {
    const done = event.activityTaskCompletedEventAttributes
    const over =
      done ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes
    const stage = this.#open.get(String(over?.scheduledEventId))
    if (!over || stage === undefined) return undefined
    this.#open.delete(String(over.scheduledEventId))
    if (isPast) return undefined
    if (done) {
      const whole = await this.#whole(await decoded(this.#server, done.result?.payloads).catch(() => undefined))
      return { kind: 'ends', stage, how: 'done', ...(whole === undefined ? {} : { whole }) }
    }
    const how = event.activityTaskFailedEventAttributes ? 'failed' : event.activityTaskCanceledEventAttributes ? 'cancelled' : 'lost'
    return { kind: 'ends', stage, how }
  }

  /** What a step brought, as text; one that is kept elsewhere is read there, if it can be. */
  async #whole(result: unknown): Promise<string | undefined> {
    const { text, tail } = Brought.safeParse(result).data ?? {}
    if (typeof text !== 'object') return text ?? tail
    return this.#server.store.text(text.sha256).catch(() => undefined)
  }
}
