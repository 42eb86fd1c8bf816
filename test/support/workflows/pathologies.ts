import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, finishing, loop, tools, verdictOn } from '../../../workflows/core/index.ts'

const Input = z.strictObject({
  name: z.string(),
  task: z.string(),
  tools: z.array(z.string()),
  turns: z.int(),
  verifier: z.strictObject({ accepts: z.string(), scores: z.array(z.number()).optional() }),
  models: Models,
  limits: Limits.prefault({}),
})
const Candidate = z.strictObject({ attempt: z.int(), said: z.string(), stopped: z.string().optional(), why: z.string().optional() })
type Candidate = z.output<typeof Candidate>

export const declarations = {
  pathology: declare({
    description: 'What the pathology kit asks of an engine: an agent, in a loop with a verifier.',
    input: Input,
    output: Candidate,
    models: ({ models }) => models,
    example: { name: 'x', task: 'x', tools: [], turns: 3, verifier: { accepts: 'x' }, models: 'openai/x' },
  }),
}

/** An agent's answer is verified by the pattern and the scores of the case. */
export async function pathology({
  name,
  task,
  turns,
  verifier,
  models,
  limits,
  ...rest
}: z.output<typeof Input>): Promise<Outcome<Candidate>> {
  const accepts = new RegExp(verifier.accepts)
  return loop<Candidate>({
    limits,
    propose: async (attempt) => {
      const offered = [...tools(...rest.tools), finishing()]
      const { value, answer, stopped, why } = await agent({ name, goal: task, models, tools: offered, turns, ...attempt })
      const given = value?.['answer'] ?? answer
      const said = typeof given === 'string' ? given : JSON.stringify(given)
      return { attempt: attempt.number, said, ...(stopped ? { stopped } : {}), ...(why ? { why } : {}) }
    },
    verify: async ({ attempt, said }) => {
      const { scores = [] } = verifier
      const score = scores[Math.min(attempt, scores.length) - 1]
      return verdictOn(said, accepts.test(said) ? [] : [{ id: 'goal', text: 'It is not reached.' }], score)
    },
  })
}
