import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { ask } from '../../../workflows/core/index.ts'

/** Ordinary zod: optional members, records, unions, a default. */
const Invoice = z.object({
  number: z.string().min(1),
  total: z.number().positive(),
  note: z.string().optional(),
  lines: z.array(z.object({ text: z.string(), amount: z.number() })),
  tags: z.record(z.string(), z.string()).optional(),
  paid: z.union([z.object({ kind: z.literal('card'), last: z.string() }), z.object({ kind: z.literal('cash') })]).optional(),
  currency: z.string().default('EUR'),
})
const Simple = z.object({ answer: z.int(), note: z.string().optional() })
const schemas: Record<string, z.ZodType> = { invoice: Invoice, simple: Simple, list: z.array(z.string()), date: z.date() }

const Valuing = z.strictObject({ models: Models, schema: z.string(), calls: z.int().default(1), limits: Limits.prefault({}) })
const valuing = declare({
  description: 'Asks a model for a value of a schema.',
  input: Valuing,
  output: z.array(z.json()),
  models: ({ models }) => models,
  example: { models: 'openai/x', schema: 'simple' },
})

export const declarations = { valuing }

async function valuingWorkflow({ models, schema, calls }: z.output<typeof Valuing>): Promise<Outcome<unknown[]>> {
  const values: unknown[] = []
  for (let call = 1; call <= calls; call++) {
    const { value } = await ask(models, { messages: [{ role: 'user', content: `Extract ${call}.` }], schema: schemas[schema]! })
    values.push(value)
  }
  return { status: 'accepted', why: 'asked', value: values, spent: { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 } }
}
export { valuingWorkflow as valuing }
