import { z } from 'zod'
import { declare } from '../declaration.ts'
import { everyModel, Fallback } from '../fallback.ts'
import { judgesOf, judging } from '../judges.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

/** One writes, another judges by a written rubric, until it is good enough. */
export const evaluatorOptimizer = declare({
  description:
    "One model writes, another judges it by a written rubric in a context of its own; its objections are the next version's reading.",
  input: z.strictObject({
    goal: z.string().min(1).describe('What is to be written, and what for.'),
    rubric: z
      .record(z.string().min(1), z.string().min(1))
      .refine((rubric) => Object.keys(rubric).length > 0, 'name at least one criterion')
      .describe('What makes a good one: criteria by name.'),
    threshold: z.number().min(0).max(10).default(8).describe('The score of 0 to 10 from which it is accepted, if every criterion is met.'),
    models: Models.describe('Who writes.'),
    judges: Models.optional().describe(
      'Who judges; best another model. Default: the same chain from its second model on, in a context of its own.',
    ),
    approve: z.boolean().default(false).describe('Ask a person before it is accepted.'),
    fallback: Fallback,
    limits: Limits.prefault({}),
  }),
  output: z.string(),
  models: ({ models, judges = [], fallback }) => everyModel([...models, ...judges], fallback),
  owner: 'workflow',
  stages: ({ models, judges = judgesOf(models), approve, threshold, ...rest }) => [
    does.repeats(rest, [
      does.writes('write', models, 'writes, or mends what was objected to'),
      judging(does.answers('judge', judges, `judges by the rubric; ${threshold} of 10 are needed`), models),
      ...(approve ? [does.person('gate', 'agrees, or says what is wrong')] : []),
    ]),
  ],
  fails: 'A vague rubric lets everything pass, or nothing; then it ends with the best version and what was objected to.',
  context:
    'The writer sees the goal, its best version and the objections; the judge sees the text and the rubric, and not how it came about.',
  verifier:
    'A judge with a fresh context, by default another model of the chain where it has several; criterion by criterion, whose quotations must stand in the text.',
  learning: "What the judge objects to is the next version's reading; the best version is kept.",
  example: {
    goal: 'A subject line for the mail that announces version 2.',
    rubric: { short: 'At most eight words.', plain: 'Promises nothing that version 2 does not have.' },
    models: 'openai/gpt-5-mini',
    judges: 'openai/gpt-5',
  },
})
export type EvaluatorOptimizer = z.output<typeof evaluatorOptimizer.input>
