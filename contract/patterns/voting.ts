import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

/** Several votes, one result. */
export const voting = declare({
  description:
    'Asks the same question several times, each in a context of its own, and counts; it stops early when the result can no longer change.',
  input: z
    .strictObject({
      question: z.string().min(1).describe('What is voted on.'),
      options: z.array(z.string().min(1)).min(2).max(20).describe('What can be voted for; a voter may also abstain.'),
      votes: z.int().min(1).max(100).default(5).describe('How many votes.'),
      rule: z
        .enum(['majority', 'unanimous', 'threshold', 'veto'])
        .default('majority')
        .describe(
          "Of the votes cast: 'majority' more than half; 'unanimous' all; 'threshold' the share `share`; 'veto' one vote for `against` decides, else the majority.",
        ),
      share: z
        .number()
        .min(0.5)
        .max(1)
        .default(2 / 3)
        .describe('The share that `threshold` needs.'),
      against: z.string().optional().describe('The option of a veto. Default: the last one.'),
      quorum: z
        .int()
        .min(1)
        .optional()
        .describe('Fewest votes that must be cast, abstentions not counted. Default: more than half of them.'),
      tie: z.string().optional().describe('The option that wins when no other does. Default: none; the run stops as blocked.'),
      models: Models.describe('Who votes; with several, they take turns as the first to be asked.'),
      limits: Limits.prefault({}),
    })
    .refine(({ options, tie }) => tie === undefined || options.includes(tie), { path: ['tie'], error: 'it is none of the options' })
    .refine(({ options, against }) => against === undefined || options.includes(against), {
      path: ['against'],
      error: 'it is none of the options',
    })
    .refine(({ votes, quorum = 1 }) => quorum <= votes, { path: ['quorum'], error: 'it is more than there are votes' }),
  output: z.strictObject({
    winner: z.string(),
    tally: z.record(z.string(), z.int()),
    abstained: z.int(),
    votes: z.array(z.strictObject({ vote: z.string().nullable(), why: z.string() })),
  }),
  models: ({ models }) => models,
  owner: 'workflow',
  stages: ({ votes, models }) => [
    does.beside([does.answers('vote', models, 'says why, and votes or abstains')], votes),
    does.code('count', 'says who won, and stops early when that can no longer change'),
  ],
  fails: 'Wrong answers that agree win. Without a winner or a quorum, and without a tie-break, it stops as blocked.',
  context: 'Each voter sees the question and the options, in a context of its own; nobody sees another vote.',
  verifier: 'The count, in code: majority, unanimous, threshold or veto, and a quorum.',
  learning: 'Every vote and its reason stand in the result; where they scatter, the question is unclear.',
  example: { question: 'Is this comment spam: "Buy now!"?', options: ['spam', 'fine'], models: 'openai/gpt-5-mini' },
})
export type Voting = z.output<typeof voting.input>
export type Votes = z.output<typeof voting.output>
