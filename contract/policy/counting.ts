import { z } from 'zod'
import { UsedShape } from './call.ts'
import { Adding } from './limits.ts'

/** What a run asks the one above it to count. Without the stage that waits for it no answer is wanted. */
export const Count = z.strictObject({ run: z.string(), stage: z.string().optional(), adding: z.array(Adding) })
export type Count = z.infer<typeof Count>

/** The answer: by which rule it would be too much, if so, and what has been done by these rules in the whole tree. */
export const Counted = z.strictObject({
  stage: z.string(),
  over: z.strictObject({ rule: z.string(), why: z.string() }).optional(),
  used: z.record(z.string(), UsedShape),
})
export type Counted = z.infer<typeof Counted>
