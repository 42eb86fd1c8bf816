import { z } from 'zod'
import { defaultTurns, reviewTurns } from '../bounds.ts'
import { declare } from '../declaration.ts'
import { everyModel, Fallback } from '../fallback.ts'
import { judging, panelOf } from '../judges.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { repositoryInput, repositoryRules } from '../repository-input.ts'
import { Criteria } from '../review.ts'
import { does } from '../stages.ts'
import { Patch } from '../workspace.ts'

const most = 10

/** Work towards criteria, until the project's own tests and a quorum of reviewers say that they are met. */
export const goal = declare({
  description:
    "Works in a repository towards criteria that nobody can change, until the project's own tests pass and a quorum of reviewers, who look for themselves, agrees.",
  input: z
    .strictObject({
      ...repositoryInput,
      objective: z.string().min(1).describe('What is wanted, and what for.'),
      criteria: Criteria.describe('What must be true in the end: texts, or { id, text }. They stay as they are for the whole run.'),
      models: Models.describe('Who works.'),
      reviewers: z
        .array(Models)
        .min(1)
        .max(9)
        .optional()
        .describe(
          'The models of each reviewer; best others than those who work. Default: three, who begin at the second, third and next model of those who work.',
        ),
      quorum: z.int().min(1).max(9).optional().describe('How many reviewers must approve. Default: more than half.'),
      turns: z.int().min(1).max(1_000).default(defaultTurns).describe('Most turns of an attempt.'),
      approve: z.boolean().default(false).describe('Ask a person before the patch is accepted.'),
      ...repositoryRules,
      fallback: Fallback,
      limits: Limits.extend({
        attempts: z.int().positive().max(most).default(most).describe('How often the work may be taken up; at most 10.'),
      }).prefault({}),
    })
    .refine(({ quorum = 1, reviewers }) => quorum <= (reviewers?.length ?? 3), {
      path: ['quorum'],
      error: 'that is more than there are reviewers',
    }),
  output: Patch,
  models: ({ models, reviewers = [], fallback }) => everyModel([...models, ...reviewers.flat()], fallback),
  owner: 'model',
  stages: ({ models, reviewers = panelOf(models, 3), turns, approve, ...rest }) => [
    does.repeats(rest, [
      does.works('work', models, turns, `edits a copy of the repository and leaves a receipt, at most ${turns} turns`),
      does.code('tests', "the repository's own tests, against the base"),
      does.beside(
        reviewers.map((by, index) =>
          judging(does.works(`reviewer-${index + 1}`, by, reviewTurns, 'looks at the diff and the files, and runs the tests'), models),
        ),
        1,
        'review',
      ),
      does.code('reduce', 'red tests, vetoes, the quorum'),
      ...(approve ? [does.person('gate', 'agrees to the patch, or says what is wrong')] : []),
    ]),
  ],
  fails:
    'Reviewers who are all wrong together accept what no test shows. The same objection three times is a block; where nobody can tell, it stops and says so.',
  context:
    'Who works sees the objective, the criteria, its own conversation and what was objected to. A reviewer sees the diff, the criteria and the files, never the conversation.',
  verifier: "The repository's own tests first; then reviewers with fresh contexts and tools that only look: a quorum, and no veto.",
  learning: 'What reviewers found is what the next attempt reads; a second stall begins afresh from the best.',
  example: {
    repo: '/path/to/repository',
    test: 'npm test',
    objective: 'slug() turns titles into parts of URLs.',
    criteria: ['Letters with accents become plain ones.', 'It never ends with a dash.'],
    models: 'openai/gpt-5-mini',
    reviewers: ['openai/gpt-5', 'anthropic/claude-sonnet-4-5', 'gemini/gemini-2.5-pro'],
  },
})
export type Goal = z.output<typeof goal.input>
