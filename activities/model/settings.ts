import { z } from 'zod'
import { ModelString } from '../../contract/models.ts'
import { outputForms } from '../../contract/structured.ts'

const dollars = z.number().nonnegative().max(1_000_000)
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable, not a key itself')

/** What a server or a model understands; a model's word goes over its provider's. */
const understands = {
  json: z
    .enum(outputForms)
    .optional()
    .describe('The surest way to ask for JSON. Default: json_schema, and the next one when it is refused.'),
  tools: z
    .boolean()
    .optional()
    .describe('Whether it takes tools; without, calls are made in words. Default: true, and false once it refuses them.'),
  effort: z
    .boolean()
    .optional()
    .describe('Whether it takes a reasoning effort; without, it is left out. Default: true, and false once it refuses one.'),
  system: z
    .boolean()
    .optional()
    .describe('Whether it takes messages of the system; without, the user says them. Default: true, and false once it refuses one.'),
  usage: z
    .boolean()
    .optional()
    .describe(
      'Whether it can be asked to count tokens; without, calls are charged with their bound. Default: true, and false once it refuses.',
    ),
  wantsReasoning: z
    .boolean()
    .optional()
    .describe('Whether it wants the reasoning of a model back with what the model said. Default: false (DeepSeek: true).'),
  outputCap: z
    .enum(['max_tokens', 'max_completion_tokens'])
    .optional()
    .describe(
      'What it calls the output cap. Default: max_tokens (OpenAI and Azure: max_completion_tokens), and the other when that is refused.',
    ),
}

/** Where a provider is, and what its servers understand. */
export const ProviderSettings = z.strictObject({
  url: z
    .string()
    .optional()
    .describe('Base URL; requests go to URL/chat/completions, and {model} in it stands for the model. Default: the known one.'),
  key: variable
    .optional()
    .describe('The variable that holds the key, never the key. Default: the known one, or LOOPWRIGHT_PROVIDER_NAME_KEY.'),
  keyHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header')
    .optional()
    .describe('The header that carries the key. Default: authorization, as a bearer token (Azure: api-key).'),
  query: z.record(z.string(), z.string()).optional().describe('Parameters added to the URL of every request. Default: none.'),
  ...understands,
})
export type ProviderSettings = z.output<typeof ProviderSettings>

/** What a model costs, holds and understands. */
export const ModelSettings = z
  .strictObject({
    input: dollars.optional().describe('Dollars per million input tokens. Default: the price list that comes along; 0 for local servers.'),
    output: dollars.optional().describe('Dollars per million output tokens, given together with input. Default: as for input.'),
    window: z.int().positive().optional().describe('Context window in tokens. Default: what the price list says, else 128000.'),
    maxOutput: z.int().positive().optional().describe('Most tokens of one reply. Default: 16384.'),
    ...understands,
  })
  .refine(({ input, output }) => (input === undefined) === (output === undefined), 'input and output go together')
export type ModelSettings = z.output<typeof ModelSettings>

/** The models file: all that can be said of providers and models. Every part may be left out. */
export const Settings = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe('The JSON Schema of this file, for editors; `loopwright models --schema` prints it. Default: none.'),
  providers: z
    .record(z.string().regex(/^[^/\s]+$/), ProviderSettings)
    .default({})
    .describe('By the name before the slash. Default: none.'),
  models: z.record(ModelString, ModelSettings).default({}).describe('By provider/model, without effort. Default: none.'),
})
export type Settings = z.output<typeof Settings>
