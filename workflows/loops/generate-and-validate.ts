import { z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { type GenerateAndValidate } from '../../contract/loops/generate-and-validate.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { broken } from '../../contract/rules.ts'
import { improving, loop, stage, verify } from '../core/index.ts'

/** Has a model make a value of a schema, checks it by rules in code, and asks again with what is wrong. */
export function generateAndValidate({ goal, schema, rules, models, limits, fallback }: GenerateAndValidate): Promise<Outcome<Json>> {
  const shape = z.fromJSONSchema(schema) as z.ZodType<Json>
  return loop<Json>({
    limits,
    fallback,
    propose: async (attempt) =>
      (await stage({ name: 'make', models: attempt.models ?? models, prompt: goal, previous: improving(attempt), schema: shape })).value,
    verify: verify.all(
      verify.schema(shape),
      verify.rules(Object.fromEntries(rules.map((rule) => [rule.name, (value: Json) => broken(rule, value)]))),
    ),
  })
}
