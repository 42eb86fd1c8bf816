import { type z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { type Prepared } from '../../contract/policy/approval.ts'
import { type EffectClass, type ToolTag } from '../../contract/workspace.ts'

/** What a tool of one's own is told besides its arguments. */
export interface ToolContext {
  /** Names this effect: workflowId/epoch/path, the same for every try of the call. A findable effect leaves it where `find` finds it. */
  effect: string
  /** The effect's name as 64 hex digits, for places that take only short plain text: the idempotency key of a keyed effect. */
  key: string
  /** Aborted at the tool's time limit, and when the call is cancelled. A tool must stop then: afterwards others look whether its effect happened. */
  signal: AbortSignal
  run: string
  stage: string
  /** The secret of a name that the tool's `secrets` lists; refuses every other. Never returned, logged or kept: whatever holds it is given without it. */
  secret(name: string): string
  /** The variables that the worker was started with. */
  environment: Record<string, string | undefined>
}

/** What `find` says: done, with what the model shall read of it; not there; or it cannot be told. */
export type Found = { found: 'done'; text: string } | { found: 'absent' } | { found: 'unknown'; why?: string }

/** A tool of one's own: registered with a worker, used by workflows through `tools(NAME)`. Registering it is the permission to use it. */
export interface OwnTool<Schema extends z.ZodObject = z.ZodObject> {
  /** Letters, digits, `_` and `-`; none of Loopwright's own. */
  name: string
  /** For the model. */
  description: string
  arguments: Schema
  /**
   * What it does to the world. `read`: nothing. `keyed`: repeating it with the same key is the same as once. `findable`: whether it happened can be looked up.
   * `once` (the default): none of these, so in doubt a person is asked.
   */
  class?: Exclude<EffectClass, 'content'>
  /** The secrets that it may use, by name (none). */
  secrets?: string[]
  /** What it brings in and lets out, for policies (none). */
  tags?: ToolTag[]
  /** It waits for something, and may bring the same many times without that counting as going round in circles; only for `read`. */
  polling?: boolean
  /** Minutes one call may take, the service's own processing included (1). */
  minutes?: number
  /** For how many hours the service remembers a key (24). After that a keyed effect is looked for instead of repeated. */
  keyLifeHours?: number
  /** Does it, and says what the model shall read. Throws `EffectRefused` when nothing happened; whatever else it throws is a doubt. */
  perform(args: z.output<Schema>, context: ToolContext): Promise<string | Json>
  /** Shows what it would do, without doing anything: the amount, who receives it. A person who is asked sees it, and it must be the same when it is done. */
  prepare?(args: z.output<Schema>, context: ToolContext): Promise<Prepared>
  /** Undoes it, when the run is stopped; the effect's id is the same. Throws `EffectRefused` when it certainly did not; whatever else it throws is a doubt. */
  compensate?(args: z.output<Schema>, context: ToolContext): Promise<void>
  /** Looks whether the effect happened. A findable tool must have it, a keyed one may. */
  find?(args: z.output<Schema>, context: ToolContext): Promise<Found>
}

/** A tool whose schema comes from somewhere else than zod, and that may be out of reach now. */
export interface ServedTool extends OwnTool {
  /** JSON Schema of the arguments, in place of that of `arguments`. */
  schema?: { [key: string]: Json }
  /** Not offered to runs that begin now; calls of others reach it all the same. */
  outOfReach?: true
}

/** Says what a tool is, so that the arguments of `perform` and `find` have their types. */
export function defineTool<Schema extends z.ZodObject>(tool: OwnTool<Schema>): OwnTool<Schema> {
  return tool
}

/** Thrown by a tool that certainly did nothing; the model reads the message. */
export class EffectRefused extends Error {
  override readonly name = 'EffectRefused'
}
