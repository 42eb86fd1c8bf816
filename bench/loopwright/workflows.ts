import { z } from 'zod'
import { declare } from '../../contract/declaration.ts'
import { Limits } from '../../contract/limits.ts'
import { Models } from '../../contract/models.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { agent, openWorkspace } from '../../workflows/core/index.ts'

const Turns = z.strictObject({ models: Models, repo: z.string(), turns: z.int(), limits: Limits.prefault({}) })
const turns = declare({
  description: 'An agent that works turn by turn until the model is done.',
  input: Turns,
  output: z.int(),
  models: ({ models }) => models,
  example: { models: 'openai/x', repo: '/repository', turns: 3 },
})
export { voting } from '../../workflows/index.ts'
export const declarations = { turns }

/** The contender: a workspace, an agent, and everything that stands around a run. */
async function turnsWorkflow({ models, repo, turns: most }: z.output<typeof Turns>): Promise<Outcome<number>> {
  const workspace = await openWorkspace(repo, { test: 'true' })
  const result = await agent({ name: 'worker', goal: 'Work.', models, tools: workspace.tools, turns: most, maxOutputTokens: 2_000 })
  const spent = { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 }
  return { status: 'accepted', why: 'the model is done', value: result.turns, spent }
}
export { turnsWorkflow as turns }
