import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, ask, finish, finishing, gate, loop, parallel } from '../../../workflows/core/index.ts'

const Input = z.strictObject({ target: z.int(), models: Models, limits: Limits.prefault({}) })
const Output = z.strictObject({ reached: z.int(), answer: z.string(), said: z.string() })

export const declarations = {
  enduring: declare({
    description: 'A loop of very many attempts, beside a gate that stays open; then an agent, who hears what was said meanwhile.',
    input: Input,
    output: Output,
    models: ({ models }) => models,
    example: { target: 3, models: 'openai/x' },
  }),
}

/** Each attempt is one question, and a point better than the best so far. */
export async function enduring({ target, models, limits }: z.output<typeof Input>): Promise<Outcome<z.output<typeof Output>>> {
  const [reached, answer] = await parallel<string>([
    async () => {
      const { value } = await loop<number>({
        limits,
        propose: async ({ number, best, feedback }) => {
          const content = `attempt ${number}, best ${best?.value ?? 0}, told ${feedback[0]?.text ?? 'nothing'}`
          await ask(models, { messages: [{ role: 'user', content }], maxOutputTokens: 300 })
          return number
        },
        verify: async (value) => ({
          accepted: value === target,
          score: value,
          objections: value === target ? [] : [{ id: 'more', text: `${value} is not enough` }],
          evidence: [],
        }),
      })
      return String(value)
    },
    async () => (await gate({ kind: 'confirm', question: 'Has it gone on long enough?', show: { target } })).answer,
  ])
  const { value } = await agent({ name: 'closing', goal: 'Say what you were told.', models, tools: [finishing()] })
  return finish.accepted({ reached: Number(reached), answer: answer!, said: JSON.stringify(value) }, 'It has come to its end.')
}
