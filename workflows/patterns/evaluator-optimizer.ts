import { judgesOf } from '../../contract/judges.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { type EvaluatorOptimizer } from '../../contract/patterns/evaluator-optimizer.ts'
import { gate, improving, loop, stage, verify } from '../core/index.ts'

/** One model writes, another judges it by a written rubric; what it objects to is the next version's reading. */
export function evaluatorOptimizer({
  goal,
  models,
  judges = judgesOf(models),
  approve,
  ...rest
}: EvaluatorOptimizer): Promise<Outcome<string>> {
  const { rubric, threshold, limits, fallback } = rest
  return loop<string>({
    limits,
    fallback,
    propose: async (attempt) =>
      (await stage({ name: 'write', models: attempt.models ?? models, prompt: goal, previous: improving(attempt) })).text,
    verify: verify.judge({ models: judges, goal, rubric, threshold }),
    approve: approve && ((text) => gate({ kind: 'confirm', question: 'Is this right?', show: text })),
  })
}
