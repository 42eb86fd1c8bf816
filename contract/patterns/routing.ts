import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { Rule } from '../rules.ts'
import { does } from '../stages.ts'

const Route = z.strictObject({
  when: z.string().min(1).describe('What belongs here.'),
  if: z
    .array(Rule)
    .min(1)
    .optional()
    .describe('Rules; what all of them hold for comes here, and no model is asked. Default: the classifier decides.'),
  prompt: z.string().min(1).describe('What is asked of whoever answers; {previous} stands for the input.'),
  models: Models.optional().describe('Who answers. Default: who routes.'),
})

/** One of several drawn paths. */
export const routing = declare({
  description: 'Rules or a classifier pick one of the routes that are drawn; where it is unsure, a default or a person does.',
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
  output: z.strictObject({
    route: z.string(),
    confidence: z.number(),
    by: z.enum(['model', 'rule', 'default', 'person']),
    text: z.string(),
  }),
  models: ({ models, routes }) => [...models, ...Object.values(routes).flatMap((route) => route.models ?? [])],
  owner: 'workflow',
  stages: ({ routes, models, confidence, otherwise }) => [
    does.answers('classify', models, 'picks a route and says how sure it is'),
    ...(otherwise === undefined ? [does.person('gate', `picks it where the model is less sure than ${confidence}`)] : []),
    does.oneOf(Object.entries(routes).map(([name, route]) => does.writes(name, route.models ?? models, route.when))),
  ],
  fails: 'Sure of the wrong route: what is sure is not looked at again. What the route answers is not judged.',
  context:
    'The classifier sees the input, as data, and what each route is for; whoever answers sees the input and the prompt of the route.',
  verifier: 'The confidence of the classifier against a threshold; below it a default, or a person.',
  learning: 'Each choice stands in the trace with its confidence and its reason; routes and threshold are set by it.',
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
