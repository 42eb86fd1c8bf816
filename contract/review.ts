import { z } from 'zod'

/** What must be true of accepted work. Fixed by the run's input: neither who works nor steering changes it. */
export const Criterion = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'an id is at most 40 letters, digits, dots, dashes and underscores')
    .describe('Its name in claims, reviews and objections.'),
  text: z.string().min(1).describe('What must be true, so that somebody who looks can say whether it is.'),
})
export type Criterion = z.output<typeof Criterion>

/** At least one criterion, each with an id of its own; one that is only a text is named by its place: c1, c2 and so on. */
export const Criteria = z
  .array(z.union([z.string().min(1), Criterion]))
  .min(1, 'name at least one: without criteria nobody can say when it is done')
  .max(50)
  .transform((criteria) => criteria.map((one, index) => (typeof one === 'string' ? { id: `c${index + 1}`, text: one } : one)))
  .refine((criteria) => new Set(criteria.map(({ id }) => id)).size === criteria.length, 'two criteria have the same id')

/** What a worker says it did. A claim for the work is unproven; one against it is believed. */
export const WorkReceipt = z.strictObject({
  summary: z.string().describe('What you did, in a few sentences.'),
  claims: z
    .array(
      z.strictObject({
        criterion: z.string().describe('Id of the criterion.'),
        done: z.boolean().describe('Whether it is met now. Say false when something is left or in the way.'),
        evidence: z.string().describe('What shows it: files and lines, tests; or what is left, or in the way.'),
      }),
    )
    .describe('One for every criterion.'),
})
export type WorkReceipt = z.output<typeof WorkReceipt>

const longestClaim = 2_000

/** The receipt of whoever worked, as far as it can be read; without one, what they said or how they ended is its summary. */
export function receiptOf({ value, answer, stopped }: { value?: unknown; answer: unknown; stopped?: string }): WorkReceipt {
  const { success, data } = WorkReceipt.safeParse(value)
  const said = typeof answer === 'string' && answer !== '' ? answer : `It ended without a word${stopped ? ` (${stopped})` : ''}.`
  const { summary, claims } = success ? data : { summary: said, claims: [] }
  return {
    summary: summary.slice(0, longestClaim),
    claims: claims.slice(0, 50).map((claim) => ({ ...claim, evidence: claim.evidence.slice(0, longestClaim) })),
  }
}

/** What is wrong, how sure the reviewer is, and how much it matters: `p0` must not ship, `p1` should not, `p2` and `p3` may. */
export const Finding = z.strictObject({
  text: z.string().min(1).describe('What is wrong, and how it shows.'),
  confidence: z.number().min(0).max(1).describe('How sure you are, 0 to 1.'),
  priority: z.enum(['p0', 'p1', 'p2', 'p3']).describe('p0: must not ship. p1: should not. p2, p3: a remark.'),
  place: z
    .strictObject({ path: z.string().min(1), line: z.int().positive().optional() })
    .optional()
    .describe('Where it is; leave it out for something that is missing.'),
})
export type Finding = z.output<typeof Finding>

/** What one reviewer found. A criterion that is left out counts as unverified. */
export const Review = z.strictObject({
  criteria: z
    .array(
      z.strictObject({
        criterion: z.string().describe('Id of the criterion.'),
        verdict: z
          .enum(['proven', 'contradicted', 'missing', 'unverified'])
          .describe(
            'proven: you saw that it holds. contradicted: you saw that it does not. missing: it is not there. unverified: you could not tell.',
          ),
        evidence: z.string().describe('What you saw yourself: file and line, or the test; never what the worker claims.'),
      }),
    )
    .describe('One for every criterion.'),
  findings: z.array(Finding).describe('What is wrong besides; empty if nothing is.'),
})
export type Review = z.output<typeof Review>

/** A reviewer's word, or why there is none. */
export type Reviewed = { review: Review } | { failed: string }
