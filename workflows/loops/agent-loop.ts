import { z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { judgesOf } from '../../contract/judges.ts'
import { type AgentLoop } from '../../contract/loops/agent-loop.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { agent, finishing, loop, tools, verify, type Verifier } from '../core/index.ts'

type Answer = { [key: string]: Json }
const text = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] }

/** A model works with tools, turn by turn, until it gives an answer of the wanted shape; then a judge who has seen nothing but the answer decides, if there is a rubric. */
export function agentLoop({
  goal,
  models,
  judges = judgesOf(models),
  answer = text,
  rubric,
  ...rest
}: AgentLoop): Promise<Outcome<Answer>> {
  const { turns, limits, fallback } = rest
  const checks: Verifier<Answer>[] = [verify.schema(z.fromJSONSchema(answer))]
  if (rubric) checks.push(verify.judge({ models: judges, goal, rubric }))
  return loop<Answer>({
    limits,
    fallback,
    propose: async (attempt) => {
      const result = await agent({ name: 'work', goal, models, tools: [...tools(...rest.tools), finishing(answer)], turns, ...attempt })
      return result.value ?? { answer: result.answer }
    },
    verify: verify.all(...checks),
  })
}
