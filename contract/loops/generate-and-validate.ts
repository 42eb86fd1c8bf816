import { z } from 'zod'
import { declare } from '../declaration.ts'
import { everyModel, Fallback } from '../fallback.ts'
import { JsonSchema } from '../json-schema.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { Rule } from '../rules.ts'
import { does } from '../stages.ts'

/** A value of a schema, checked by rules. */
export const generateAndValidate = declare({
  description: 'Has a model make a value of a JSON Schema, checks it by rules in code, and asks again with what is wrong.',
  input: z.strictObject({
    goal: z.string().min(1).describe('What is to be made, and from what.'),
    schema: JsonSchema.describe('JSON Schema of the value.'),
    rules: z.array(Rule).default([]).describe('What must hold besides. Default: nothing.'),
    models: Models.describe('Who makes it.'),
    fallback: Fallback,
    limits: Limits.prefault({}),
  }),
  output: z.json(),
  models: ({ models, fallback }) => everyModel(models, fallback),
  owner: 'workflow',
  stages: ({ models, ...rest }) => [
    does.repeats(rest, [does.answers('make', models, 'makes the value'), does.code('rules', 'the schema and the rules')]),
  ],
  fails: 'A value that fits the schema and the rules and is wrong all the same passes; what no rule says is not checked.',
  context: 'The model sees the goal, the schema, its best value and what is wrong with the last one.',
  verifier: 'The schema, and rules in code.',
  learning: 'What the schema and the rules object to is what the next attempt reads.',
  example: {
    goal: 'The order in this mail: "Please send 3 boxes of A4 paper to Ada Lovelace."',
    schema: {
      type: 'object',
      properties: { article: { type: 'string' }, count: { type: 'integer' }, to: { type: 'string' } },
      required: ['article', 'count', 'to'],
    },
    rules: [{ name: 'a box at least', at: 'count', min: 1 }],
    models: 'openai/gpt-5-mini',
  },
})
export type GenerateAndValidate = z.output<typeof generateAndValidate.input>
