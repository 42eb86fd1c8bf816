import { z } from 'zod'
import { Ref } from './json.ts'
import { Verdict } from './verdict.ts'
import { type ToolTag, toolTags } from './workspace.ts'

/** Why a loop or run ended without being accepted. */
export const stopReasons = [
  'attempts',
  'stalls',
  'minutes',
  'tokens',
  'dollars',
  'declined',
  'cancelled',
  'held',
  'blocked',
  'model',
  'error',
] as const
export type StopReason = (typeof stopReasons)[number]

/** What was used: tokens, micro-dollars, milliseconds of working time, attempts. */
export const Spent = z.strictObject({
  tokens: z.int(),
  microDollars: z.int(),
  milliseconds: z.int(),
  attempts: z.int(),
})
export type Spent = z.infer<typeof Spent>

/** The best candidate so far, what the verifier said of it, and the attempt that made it (0: it was there before). */
export interface Best<T> {
  value: T
  verdict: Verdict
  attempt: number
}

/** How a loop or run ended. Only `accepted` has a `value`; a capped run is `stopped` and shows its `best`. */
export interface Outcome<T> {
  status: 'accepted' | 'stopped'
  reason?: StopReason
  /** One sentence: what stopped it, on what evidence. */
  why: string
  value?: T
  best?: Best<T>
  spent: Spent
  /** The rung of the fallback that answered. */
  fallback?: string
  /** The closing record of the run, in the artifact store; set when the run ends. */
  certificate?: Ref
  /** What a run that another one waits for has read: its words count as that there. */
  read?: ToolTag[]
}

/** The schema of `Outcome<T>` for a T. */
export const outcomeOf = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    status: z.enum(['accepted', 'stopped']),
    reason: z.enum(stopReasons).optional(),
    why: z.string(),
    value: value.optional(),
    best: z.strictObject({ value, verdict: Verdict, attempt: z.int() }).optional(),
    spent: Spent,
    fallback: z.string().optional(),
    certificate: Ref.optional(),
    read: z.array(z.enum(toolTags)).optional(),
  })
