import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { finish, parallel, stage } from '../../../workflows/core/index.ts'

const Input = z.strictObject({ branches: z.array(z.array(z.string())), failFast: z.boolean().optional(), limits: Limits.prefault({}) })

export const declarations = {
  racing: declare({
    description: 'Branches side by side, each of which asks its models one after the other.',
    input: Input,
    output: z.array(z.string()),
    models: ({ branches }) => [...new Set(branches.flat())],
    example: { branches: [['openai/x']] },
  }),
}

/** What each branch heard, in the order of the branches. */
export async function racing({ branches, failFast }: z.output<typeof Input>): Promise<Outcome<string[]>> {
  const heard = await parallel(
    branches.map((models) => async () => {
      const texts: string[] = []
      for (const model of models) texts.push((await stage({ name: 'ask', models: [model], prompt: 'Say who you are.' })).text)
      return texts.join(' ')
    }),
    failFast === undefined ? {} : { failFast },
  )
  return finish.accepted(heard, 'All branches ended.')
}
