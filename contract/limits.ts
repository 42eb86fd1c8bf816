import { z } from 'zod'

/** No limit may be set higher: beyond these nothing is limited. */
const most = { attempts: 100_000, stalls: 1_000, minutes: 525_600, tokens: 1_000_000_000, dollars: 1_000_000, concurrency: 1_000 }

const count = (fallback: number, most: number, sentence: string) => z.int().positive().max(most).default(fallback).describe(sentence)

/** The hard stops. `tokens`, `dollars`, `minutes` and `concurrency` are the run's; `attempts` and `stalls` are each loop's. */
export const Limits = z
  .strictObject({
    attempts: count(8, most.attempts, 'How often a loop may propose.'),
    stalls: count(3, most.stalls, 'How many attempts in a row may bring no progress before a loop stops.'),
    minutes: z
      .number()
      .positive()
      .max(most.minutes)
      .default(60)
      .describe('Working time of the run: while a model, tool or verification is in flight or a retry waits.'),
    tokens: count(2_000_000, most.tokens, 'Input and output tokens of the run, reasoning included.'),
    dollars: z
      .union([z.number().positive().max(most.dollars), z.literal('none')])
      .default(5)
      .describe("What the run may spend on models, in dollars; 'none' leaves tokens as the only cap."),
    concurrency: count(4, most.concurrency, 'How many model, tool and verification stages of the run may be in flight at once.'),
  })
  .describe('The hard stops; 0 and infinity are refused.')
export type Limits = z.infer<typeof Limits>

/** A smaller share of the run's limits, for one loop or stage. */
export const Share = z.strictObject({
  attempts: z.int().positive().optional(),
  stalls: z.int().positive().optional(),
  tokens: z.int().positive().optional(),
  dollars: z.number().positive().optional(),
})
export type Share = z.infer<typeof Share>

/** Raised limits for a live run; a field that is absent stays as it is. */
export const Extension = z
  .strictObject({
    attempts: z.int().positive().max(most.attempts).optional(),
    stalls: z.int().positive().max(most.stalls).optional(),
    minutes: z.number().positive().max(most.minutes).optional(),
    tokens: z.int().positive().max(most.tokens).optional(),
    dollars: z.number().positive().max(most.dollars).optional(),
    concurrency: z.int().positive().max(most.concurrency).optional(),
  })
  .describe('The new, higher limits; what is absent stays as it is.')
export type Extension = z.infer<typeof Extension>
