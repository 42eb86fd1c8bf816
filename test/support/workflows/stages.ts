import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Ref } from '../../../contract/json.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, finish, finishing, stage } from '../../../workflows/core/index.ts'

const base = { models: Models, limits: Limits.prefault({}) }
const texts = z.record(z.string(), z.string())

const Handing = z.strictObject({
  ...base,
  reads: z.array(z.union([z.string(), Ref])).default(['notes']),
  maxOutput: z.strictObject({ bytes: z.int().optional(), lines: z.int().optional() }).optional(),
})
const handing = declare({
  description: 'One stage keeps a text, another reads it, a third goes on with the conversation of the first.',
  input: Handing,
  output: texts,
  models: ({ models }) => models,
  example: { models: 'openai/x' },
})

const Sharing = z.strictObject({ ...base, share: z.int() })
const sharing = declare({
  description: 'An agent and a stage with a share of the tokens of their own.',
  input: Sharing,
  output: texts,
  models: ({ models }) => models,
  example: { models: 'openai/x', share: 1_000 },
})
export const declarations = { handing, sharing }

async function handingWorkflow({ models, reads, maxOutput }: z.output<typeof Handing>): Promise<Outcome<Record<string, string>>> {
  const cut = maxOutput
    ? { maxOutput: Object.fromEntries(Object.entries(maxOutput).filter(([, most]) => most !== undefined)) as { bytes?: number } }
    : {}
  const first = await stage({ name: 'notes', models, system: 'You are a scribe.', prompt: 'Write notes.', output: 'file-only', ...cut })
  const inline = await stage({ name: 'inline', models, prompt: 'Write inline.', ...cut })
  const second = await stage({
    name: 'reader',
    models,
    prompt: 'Use {previous} well.',
    previous: [first, { name: 'aside', text: 'an aside' }],
    reads,
  })
  const forked = await stage({
    name: 'forked',
    models,
    system: 'You are a scribe.',
    messages: [{ role: 'user', content: 'Once more.' }],
    transcript: first.transcript,
  })
  const done = await agent({
    name: 'worker',
    goal: 'Work on.',
    models,
    tools: [finishing()],
    previous: second,
    reads,
    transcript: first.transcript,
  })
  const answer = typeof done.answer === 'string' ? done.answer : done.answer.sha256
  return finish.accepted(
    { first: first.text, inline: inline.text, second: second.text, forked: forked.text, answer },
    'All stages were asked.',
  )
}
export { handingWorkflow as handing }

async function sharingWorkflow({ models, share }: z.output<typeof Sharing>): Promise<Outcome<Record<string, string>>> {
  const limits = { tokens: share }
  const why: Record<string, string> = {}
  const noting = (name: string) => (error: unknown) => {
    why[name] = error instanceof Error ? error.message : String(error)
  }
  await stage({ name: 'stage', models, prompt: 'Say much.', limits }).catch(noting('stage'))
  await agent({ name: 'agent', goal: 'Say much.', models, tools: [finishing()], limits }).catch(noting('agent'))
  const after = await stage({ name: 'after', models, prompt: 'And now?' })
  return finish.accepted({ ...why, after: after.text }, 'The shares were used up.')
}
export { sharingWorkflow as sharing }
