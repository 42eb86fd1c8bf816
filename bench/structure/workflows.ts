import { z } from 'zod'
import { declare } from '../../contract/declaration.ts'
import { Limits } from '../../contract/limits.ts'
import { Models } from '../../contract/models.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { finish, stage } from '../../workflows/core/index.ts'

export { generateAndValidate, promptChain, testAndFix } from '../../workflows/index.ts'

const Single = z.strictObject({ prompt: z.string(), models: Models, limits: Limits.prefault({}) })
export const declarations = {
  single: declare({
    description: 'Asks once, and takes what comes.',
    input: Single,
    output: z.string(),
    models: ({ models }) => models,
    example: { prompt: 'x', models: 'openai/x' },
  }),
}

/** What a single prompt is: nobody looks at the answer. */
export async function single({ prompt, models }: z.output<typeof Single>): Promise<Outcome<string>> {
  const { text } = await stage({ name: 'ask', models, prompt })
  return finish.accepted(text, 'It was asked once.')
}
