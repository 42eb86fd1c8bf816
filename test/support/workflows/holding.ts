import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { ask, child, finish, parallel } from '../../../workflows/core/index.ts'
import { put } from './core.ts'
import { declarations as ofModels } from './models.ts'

const limits = Limits.prefault({})
const Talking = z.strictObject({ models: Models, calls: z.int(), limits })
const talking = declare({
  description: 'Asks a model so many times, one after the other.',
  input: Talking,
  output: z.int(),
  models: ({ models }) => models,
  example: { models: 'openai/x', calls: 1 },
})
const sitting = declare({ description: 'One step.', input: z.strictObject({ limits }), output: z.int(), models: () => [], example: {} })
const standing = declare({ description: 'A child.', input: z.strictObject({ limits }), output: z.int(), models: () => [], example: {} })

const Pair = z.strictObject({ calls: z.int(), limits })
const pair = declare({
  description: 'Talks, beside a run of its own that talks.',
  input: Pair,
  output: z.int(),
  models: () => ['openai/left', 'openai/right'],
  example: { calls: 1 },
})

export const declarations = { talking, sitting, standing, pair, reading: ofModels.reading, writing: ofModels.writing }
export { reading, writing } from './models.ts'

async function talkingWorkflow({ models, calls }: z.output<typeof Talking>): Promise<Outcome<number>> {
  for (let call = 1; call <= calls; call++)
    await ask(models, { messages: [{ role: 'user', content: `call ${call}` }], maxOutputTokens: 300 })
  return finish.accepted(calls, 'All was said.')
}
export { talkingWorkflow as talking }

async function sittingWorkflow(): Promise<Outcome<number>> {
  await put('sat')
  return finish.accepted(1, 'Sat.')
}
export { sittingWorkflow as sitting }

async function standingWorkflow(): Promise<Outcome<number>> {
  const { value } = await child('sitting', {})
  return finish.accepted(Number(value), 'Stood.')
}
export { standingWorkflow as standing }

async function pairWorkflow({ calls }: z.output<typeof Pair>): Promise<Outcome<number>> {
  const left = () => talkingWorkflow({ models: ['openai/left'], calls } as z.output<typeof Talking>)
  await parallel<unknown>([left, () => child('talking', { models: 'openai/right', calls, limits: { tokens: 500_000 } })])
  return finish.accepted(calls, 'Both have talked.')
}
export { pairWorkflow as pair }
