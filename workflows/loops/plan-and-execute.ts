import { z } from 'zod'
import { type Plan, type PlanAndExecute } from '../../contract/loops/plan-and-execute.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { agent, type AgentResult, finishing, loop, stage, tools, verdictOn } from '../core/index.ts'

/** Plans, does one step, looks what came of it, mends the plan, and goes on until nothing is left of it. Each attempt is one step; a step that was not done before is progress. */
export function planAndExecute({ goal, steps, turns, models, limits, fallback, ...rest }: PlanAndExecute): Promise<Outcome<Plan>> {
  const Next = z.object({ left: z.array(z.string().min(1)).max(steps), answer: z.string() })
  const prompt = `What is left to do for the goal, as at most ${steps} steps, the next one first? When nothing is left, give the answer; before, leave it empty.\n\nThe goal: ${goal}`
  return loop<Plan>({
    limits,
    fallback,
    propose: async ({ best, nudge, models: by = models }) => {
      const { done, left } = best?.value ?? { done: [], left: [] }
      const made = [...done]
      for (const step of left.slice(0, 1)) {
        const so = done.map((one) => `- ${one.step}: ${one.result}`).join('\n')
        const told = [`${step}\n\nIt is a step towards: ${goal}`, so && `Done so far:\n${so}`, nudge].filter(Boolean).join('\n\n')
        const worker = {
          name: 'step',
          goal: told,
          models: by,
          tools: [...tools(...rest.tools), finishing()],
          turns,
          context: 'fresh' as const,
        }
        made.push({ step, result: resultOf(await agent(worker)) })
      }
      const previous = made.map((one) => ({ name: one.step, text: one.result }))
      return { done: made, ...(await stage({ name: 'plan', models: by, prompt, previous, schema: Next })).value }
    },
    verify: async (plan) => {
      const open = plan.left.map((step) => ({ id: step, text: 'is still to be done' }))
      const unanswered = open.length === 0 && plan.answer === '' ? [{ id: 'answer', text: 'There is none.' }] : []
      return verdictOn(plan, [...open, ...unanswered], new Set(plan.done.map(({ step }) => step)).size)
    },
  })
}

function resultOf({ value, stopped }: AgentResult): string {
  const said = value?.['answer']
  return typeof said === 'string' ? said : stopped ? `It came to nothing: ${stopped}.` : JSON.stringify(value ?? null)
}
