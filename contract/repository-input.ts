import { z } from 'zod'

/** Which repository a workflow works in, and how its tests are run. */
export const repositoryInput = {
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
}

/** What may be done in it, and how the results of its tests are read. */
export const repositoryRules = {
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
}
