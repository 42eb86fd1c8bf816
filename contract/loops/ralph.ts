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
const file = (name: string, what: string) =>
  z
    .string()
    .regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$))[^\0]+$/, 'name a file within the repository')
    .default(name)
    .describe(what)

/** The same work again and again, each time by somebody who remembers nothing but what stands in files. */
export const ralph = declare({
  description:
    'Takes up the same work again and again, each time with an empty head: what is known stands in files of the repository. Two reviewers must both approve.',
  input: z.strictObject({
    ...repositoryInput,
    objective: z.string().min(1).describe('What is wanted, and what for.'),
    criteria: Criteria.describe('What must be true in the end: texts, or { id, text }. They stay as they are for the whole run.'),
    plan: file('PLAN.md', 'File of the repository that holds the plan; it is part of the result.'),
    notes: file('NOTES.md', 'File of the repository that holds what the next one should know; it is part of the result.'),
    models: Models.describe('Who works.'),
    reviewers: z
      .array(Models)
      .length(2, 'name two: both must approve')
      .optional()
      .describe(
        'The models of the two reviewers; best others than those who work. Default: the chain of those who work, one from its second model on, one from the next.',
      ),
    turns: z.int().min(1).max(1_000).default(defaultTurns).describe('Most turns of a round.'),
    approve: z.boolean().default(false).describe('Ask a person before the patch is accepted.'),
    ...repositoryRules,
    fallback: Fallback,
    limits: Limits.extend({
      attempts: z.int().positive().max(most).default(most).describe('How many rounds there may be; at most 10.'),
      stalls: z.int().positive().max(most).default(most).describe('How many rounds in a row may bring no progress before it stops.'),
    }).prefault({}),
  }),
  output: Patch,
  models: ({ models, reviewers = [], fallback }) => everyModel([...models, ...reviewers.flat()], fallback),
  owner: 'model',
  stages: ({ models, reviewers = panelOf(models, 2), turns, approve, ...rest }) => [
    does.repeats(rest, [
      does.works('work', models, turns, `reads the plan, does one step of it in a copy of the repository, at most ${turns} turns`),
      does.code('tests', "the repository's own tests, against the base"),
      does.beside(
        reviewers.map((by, index) =>
          judging(does.works(`reviewer-${index + 1}`, by, reviewTurns, 'looks at the diff and the files, and runs the tests'), models),
        ),
        1,
        'review',
      ),
      ...(approve ? [does.person('gate', 'agrees to the patch, or says what is wrong')] : []),
    ]),
  ],
  fails: 'What nobody wrote down is forgotten, and done again. Unapproved after the last round, the best draft is left with what is open.',
  context: 'A round sees the objective, the criteria, what was objected to last, and the files; no conversation of another round.',
  verifier:
    "The repository's own tests, and two reviewers with fresh contexts who must both approve. They are asked once the round itself says that nothing is left.",
  learning: 'The plan and the notes in the repository; and what was objected to last.',
  example: {
    repo: '/path/to/repository',
    test: 'npm test',
    objective: 'A command line for the library, with help and examples.',
    criteria: ['Every command prints its help with --help.', 'The README shows each command once.'],
    models: 'openai/gpt-5-mini',
  },
})
export type Ralph = z.output<typeof ralph.input>
