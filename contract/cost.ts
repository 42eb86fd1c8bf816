import { z } from 'zod'
import { type ModelFacts, type Usage } from './models.ts'

/** What a model costs, in micro-dollars per million tokens. */
export const Price = z.object({ input: z.number(), output: z.number() })

/** The cost of a call in micro-dollars, each part rounded up; without a price it counts nothing, and only tokens cap. */
export function costOf(facts: Pick<ModelFacts, 'price'>, usage: Usage): number {
  if (!facts.price) return 0
  return Math.ceil((usage.input * facts.price.input) / 1e6) + Math.ceil((usage.output * facts.price.output) / 1e6)
}
