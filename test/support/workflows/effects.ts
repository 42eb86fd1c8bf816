import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, tools, use } from '../../../workflows/core/index.ts'

const nothing = { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 }

const Effects = z.strictObject({
  calls: z.array(z.strictObject({ tool: z.string(), text: z.string().optional() })).describe('Done one after the other.'),
  limits: Limits.prefault({}),
})
const effects = declare({
  description: 'Uses tools of one’s own, one after the other.',
  input: Effects,
  output: z.array(z.json()),
  models: () => [],
  example: { calls: [{ tool: 'mail', text: 'hello' }] },
})

const Acting = z.strictObject({ models: Models, names: z.array(z.string()), limits: Limits.prefault({}) })
const acting = declare({
  description: 'An agent with tools of one’s own.',
  input: Acting,
  output: z.string(),
  models: ({ models }) => models,
  example: { models: 'openai/x', names: ['comment'] },
})

export const declarations = { effects, acting }

async function effectsWorkflow({ calls }: z.output<typeof Effects>): Promise<Outcome<unknown>> {
  const results: unknown[] = []
  for (const { tool, text } of calls) results.push(await use(tools(tool)[0]!, text === undefined ? {} : { text }))
  return { status: 'accepted', why: 'All was done.', value: results, spent: nothing }
}
export { effectsWorkflow as effects }

async function actingWorkflow({ models, names }: z.output<typeof Acting>): Promise<Outcome<string>> {
  const { answer } = await agent({ name: 'act', goal: 'Act.', models, tools: tools(...names), turns: 6 })
  return { status: 'accepted', why: 'It ended.', value: typeof answer === 'string' ? answer : 'long', spent: nothing }
}
export { actingWorkflow as acting }
