import { z } from 'zod'
import { Ref } from './json.ts'

/** One thing that is wrong with a candidate; `id` is stable between attempts (a failing test's name). */
export const Objection = z.strictObject({ id: z.string().min(1), text: z.string() })
export type Objection = z.infer<typeof Objection>

/** What a verifier found. `accepted` with objections is contradictory and rejects. */
export const Verdict = z.strictObject({
  accepted: z.boolean(),
  /** Higher is better; half a point more is progress. */
  score: z.number().optional(),
  objections: z.array(Objection),
  /** A hash of what the candidate made of the world: a tree. */
  world: z.string().optional(),
  evidence: z.array(Ref).default([]),
  /** What a person should know of an acceptance, as one sentence. */
  note: z.string().optional(),
  /** Why no further attempt of the same proposer would help; the loop stops as `blocked`, and its fallback may ask a person about this candidate. */
  blocked: z.string().min(1).optional(),
  /** Set when the verifier itself failed, or said something that is no verdict: such a verdict rejects, and is never progress. */
  failed: z.literal(true).optional(),
})
export type Verdict = z.infer<typeof Verdict>
