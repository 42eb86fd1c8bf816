import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, ask, openWorkspace, parallel } from '../../../workflows/core/index.ts'

const nothing = { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 }

const Asking = z.strictObject({
  models: Models,
  calls: z.int(),
  text: z.string().default('hello'),
  maxOutputTokens: z.int().default(1_000),
  limits: Limits.prefault({}),
})
const asking = declare({
  description: 'Asks a model many times at once.',
  input: Asking,
  output: z.array(z.string()),
  models: ({ models }) => models,
  example: { models: 'openai/x', calls: 1 },
})

const Reading = z.strictObject({
  models: Models,
  repo: z.string(),
  turns: z.int(),
  maxOutputTokens: z.int().optional(),
  limits: Limits.prefault({}),
})
const reading = declare({
  description: 'An agent that reads a repository.',
  input: Reading,
  output: z.strictObject({ answer: z.unknown(), turns: z.int(), bytes: z.int() }),
  models: ({ models }) => models,
  example: { models: 'openai/x', repo: '/repository', turns: 3 },
})

export const declarations = { asking, reading }

/** Asks `calls` times side by side; a call that is refused or fails is an empty string. */
async function askingWorkflow({ models, calls, text, maxOutputTokens }: z.output<typeof Asking>): Promise<Outcome<string[]>> {
  const value = await parallel(
    Array.from({ length: calls }, (_, index) => async () => {
      const reply = await ask(models, { messages: [{ role: 'user', content: `${text} ${index}` }], maxOutputTokens })
      return typeof reply.text === 'string' ? reply.text : reply.text.sha256
    }),
    { failFast: false },
  )
  return { status: 'accepted', why: 'all were asked', value, spent: nothing }
}
export { askingWorkflow as asking }

async function readingWorkflow({ models, repo, turns, maxOutputTokens }: z.output<typeof Reading>): Promise<Outcome<unknown>> {
  const workspace = await openWorkspace(repo, { test: 'true' })
  const result = await agent({
    name: 'reader',
    goal: 'Read.',
    models,
    tools: workspace.tools,
    turns,
    ...(maxOutputTokens ? { maxOutputTokens } : {}),
  })
  return {
    status: 'accepted',
    why: 'read',
    value: { answer: result.answer, turns: result.turns, bytes: result.transcript?.bytes ?? 0 },
    spent: nothing,
  }
}
export { readingWorkflow as reading }
