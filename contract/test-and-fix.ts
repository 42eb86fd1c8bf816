import { z } from 'zod'
import { defaultTurns } from './bounds.ts'
import { declare } from './declaration.ts'
import { everyModel, Fallback } from './fallback.ts'
import { Limits } from './limits.ts'
import { Models } from './models.ts'
import { Patch } from './workspace.ts'
import { does } from './stages.ts'

/** Edits a repository until its own tests pass. */
export const testAndFix = declare({
  description: 'Edits a repository until its own tests pass and, if asked for, a person agrees.',
  input: z.strictObject({
    repo: z
      .string()
      .min(1, 'it is empty: name a git repository')
      .describe('Absolute path of a git repository without uncommitted changes; it is never written to.'),
    test: z
      .string()
      .min(1, 'it is empty: name the command that runs the tests, for example npm test')
      .describe('The command that runs its tests, without shell operators.'),
    setup: z
      .string()
      .min(1, 'it is empty: name the command that installs the dependencies, for example npm ci')
      .optional()
      .describe(
        'Command that installs the dependencies, run once per lockfile, with network and confined; without it they are those of the repository.',
      ),
    goal: z.string().min(1).default('Make the failing tests pass without changing the tests.').describe('What the model is asked to do.'),
    models: Models.default(['builtin/repair']).describe('The model that proposes, or a fallback chain; builtin/repair needs no key.'),
    approve: z.boolean().default(false).describe('Ask a person before the patch is accepted.'),
    allowRun: z
      .boolean()
      .default(false)
      .describe('Let the model run any command in the workspace; the first line says whether commands are confined.'),
    tools: z
      .array(z.string())
      .default([])
      .describe("Tools of the worker that the model may use besides: its owner's, those of MCP servers, and skill. Default: none."),
    confined: z.boolean().default(false).describe("Refuse to start where commands can't be confined."),
    allowTestChanges: z.boolean().default(false).describe('Accept patches that change tests or their configuration.'),
    allowRunnerCode: z
      .boolean()
      .default(false)
      .describe('Accept patches whose product code newly reaches into the test runner, or asks whether it is being tested.'),
    reruns: z
      .int()
      .min(0)
      .max(5)
      .default(1)
      .describe('How often the tests are run again before a result that decides is believed; flaky tests show by it.'),
    report: z
      .string()
      .regex(
        /^(auto|exit code|tap|go|cargo|junit:(?!\/)(?!(.*\/)?\.\.(\/|$)).+)$/,
        'say auto, exit code, tap, go, cargo, or junit: and a path within the repository, for example junit:build/**/TEST-*.xml',
      )
      .default('auto')
      .describe(
        'How the results of the tests are read: auto, exit code, tap, go, cargo, or junit: and the path or wildcard of the files that the command writes.',
      ),
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
