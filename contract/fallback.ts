import { z } from 'zod'
import { Models, ModelString } from './models.ts'

const Rung = z.union(
  [z.enum(['human', 'best', 'fail']), z.strictObject({ models: Models }), ModelString.transform((model) => ({ models: [model] }))],
  { error: 'human, best, fail, or a model written provider/model' },
)

/** What a loop does when it stops unaccepted, in this order, until something answers. */
export const Fallback = z
  .array(Rung)
  .min(1)
  .default(['best'])
  .describe(
    "When the loop stops: a model, or { models }, has two more attempts; 'human' asks a person about the best; 'best' ends as stopped with it; 'fail' fails the run.",
  )
export type Fallback = z.infer<typeof Fallback>

/** Every model that a loop may ask: its own and those of its fallback. */
export function everyModel(models: string[], fallback: Fallback): string[] {
  return [...new Set([...models, ...fallback.flatMap((rung) => (typeof rung === 'string' ? [] : rung.models))])]
}
