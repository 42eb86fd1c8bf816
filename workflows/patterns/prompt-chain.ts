import { broken } from '../../contract/rules.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { type PromptChain } from '../../contract/patterns/prompt-chain.ts'
import { finish, improving, loop, stage, verify } from '../core/index.ts'

interface Written {
  text: string
  steps: { name: string; text: string }[]
}

/** Does fixed steps one after the other; each goes on only from one that its rules accept. */
export async function promptChain({ input, steps, models, limits }: PromptChain): Promise<Outcome<Written>> {
  const done: Written = { text: input, steps: [] }
  for (const { name, prompt, rules } of steps) {
    const outcome = await loop<string>({
      name,
      limits,
      propose: async (attempt) => {
        const asked = prompt.replaceAll('{previous}', () => done.text)
        return (await stage({ name: 'write', models: attempt.models ?? models, prompt: asked, previous: improving(attempt) })).text
      },
      verify: verify.rules({
        'there is a text': (text) => (text.trim() === '' ? 'It is empty.' : undefined),
        ...Object.fromEntries(rules.map((rule) => [rule.name, (text: string) => broken(rule, text)])),
      }),
    })
    const { value, best: _, ...rest } = outcome
    if (value === undefined) return { ...rest, why: `Step ${name}: ${outcome.why}` }
    done.text = value
    done.steps.push({ name, text: value })
  }
  return finish.accepted(done, `All ${steps.length} steps are done.`)
}
