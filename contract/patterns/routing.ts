import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'

const Route = z.strictObject({
  when: z.string().min(1).describe('What belongs here.'),
  prompt: z.string().min(1).describe('What is asked of whoever answers; {previous} stands for the input.'),
  models: Models.optional().describe('Who answers. Default: who routes.'),
})

/** One of several drawn paths. */
export const routing = declare({
  description: 'A classifier picks one of the routes that are drawn; where it is unsure, a default or a person does.',
  input: z
    .strictObject({
      input: z.string().min(1).describe('What is routed.'),
      routes: z
        .record(z.string().min(1), Route)
        .refine((routes) => Object.keys(routes).length > 1, 'draw at least two routes')
        .describe('The routes, by name.'),
      confidence: z.number().min(0).max(1).default(0.75).describe('Below this the classifier does not decide.'),
      otherwise: z.string().optional().describe('The route of what is unsure. Default: a person is asked.'),
      models: Models.describe('Who routes.'),
      limits: Limits.prefault({}),
    })
    .refine(({ routes, otherwise }) => otherwise === undefined || Object.hasOwn(routes, otherwise), {
      path: ['otherwise'],
      error: 'it is none of the routes',
    }),
  output: z.strictObject({ route: z.string(), confidence: z.number(), by: z.enum(['model', 'default', 'person']), text: z.string() }),
  models: ({ models, routes }) => [...models, ...Object.values(routes).flatMap((route) => route.models ?? [])],
  example: {
    input: 'The invoice of March is wrong.',
    routes: {
      billing: { when: 'Invoices, payments, refunds.', prompt: 'Answer as the billing team: {previous}' },
      technical: { when: 'Something does not work.', prompt: 'Answer as the technical team: {previous}' },
    },
    models: 'openai/gpt-5-mini',
  },
})
export type Routing = z.output<typeof routing.input>
