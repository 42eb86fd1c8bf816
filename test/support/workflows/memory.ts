import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, finish, stage, tools, use } from '../../../workflows/core/index.ts'

const Input = z.strictObject({
  calls: z.array(z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.json()).default({}) })).default([]),
  asks: z.enum(['stage', 'agent', 'nobody']).default('nobody').describe('Who is given what is remembered of the words.'),
  words: z.string().default(''),
  names: z.array(z.string()).default([]).describe('Tools of the agent.'),
  models: Models,
  limits: Limits.prefault({}),
})
const settings = { input: Input, output: z.array(z.json()), models: ({ models }: z.output<typeof Input>) => models }
const learning = declare({ description: 'Remembers and recalls.', ...settings, example: { models: 'openai/x' } })
const other = declare({ description: 'As learning, under another name.', ...settings, example: { models: 'openai/x' } })

export const declarations = { learning, other }

async function work({ calls, asks, words: recalls, names, models }: z.output<typeof Input>): Promise<Outcome<unknown>> {
  const results: unknown[] = []
  for (const { tool, arguments: given } of calls) results.push(await use(tools(tool)[0]!, given))
  if (asks === 'stage') results.push((await stage({ name: 'think', models, prompt: 'Think.', recalls })).text)
  if (asks === 'agent') {
    const { answer } = await agent({ name: 'act', goal: 'Act.', models, tools: tools(...names), turns: 5, ...(recalls ? { recalls } : {}) })
    results.push(typeof answer === 'string' ? answer : 'long')
  }
  return finish.accepted(results, 'All was done.')
}
export { work as learning, work as other }
