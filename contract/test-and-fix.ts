import { z } from 'zod'
import { defaultTurns } from './bounds.ts'
import { declare } from './declaration.ts'
import { everyModel, Fallback } from './fallback.ts'
import { Limits } from './limits.ts'
import { Models } from './models.ts'
import { repositoryInput, repositoryRules } from './repository-input.ts'
import { Patch } from './workspace.ts'
import { does } from './stages.ts'

/** Edits a repository until its own tests pass. */
export const testAndFix = declare({
  description: 'Edits a repository until its own tests pass and, if asked for, a person agrees.',
  input: z.strictObject({
    ...repositoryInput,
    goal: z.string().min(1).default('Make the failing tests pass without changing the tests.').describe('What the model is asked to do.'),
    models: Models.default(['builtin/repair']).describe('The model that proposes, or a fallback chain; builtin/repair needs no key.'),
    approve: z.boolean().default(false).describe('Ask a person before the patch is accepted.'),
    ...repositoryRules,
    fallback: Fallback,
    limits: Limits.prefault({}),
  }),
  output: Patch,
  models: ({ models, fallback }) => everyModel(models, fallback),
  owner: 'model',
  stages: ({ models, approve, ...rest }) => [
    does.repeats(rest, [
      does.works('fix', models, defaultTurns, `edits a copy of the repository, at most ${defaultTurns} turns`),
      does.code('tests', "the repository's own tests, against the base"),
      ...(approve ? [does.person('gate', 'agrees to the patch, or says what is wrong')] : []),
    ]),
  ],
  fails: 'Tests that do not show the fault accept what does not mend it. Otherwise the best patch is left, and which tests still fail.',
  context: 'The model sees the goal, the files it opens, what its tools answered and which tests fail; not the tests as they will be run.',
  verifier: "The repository's own tests as they were at the base, run in a clean checkout.",
  learning: 'Failing tests are what the next attempt reads; a second stall begins afresh from the best tree.',
  example: { repo: '/path/to/repository', test: 'npm test' },
})
export type TestAndFix = z.output<typeof testAndFix.input>
