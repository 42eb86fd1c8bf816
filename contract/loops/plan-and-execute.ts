import { z } from 'zod'
import { declare } from '../declaration.ts'
import { everyModel, Fallback } from '../fallback.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

/** A plan, one step of it, what came of it, the plan again. */
export const planAndExecute = declare({
  description: 'Plans, does one step, looks what came of it, mends the plan, and goes on; the plan is the progress that people see.',
  input: z.strictObject({
    goal: z.string().min(1).describe('What is wanted.'),
    tools: z.array(z.string()).default([]).describe('Tools of the worker that a step may use. Default: none.'),
    steps: z.int().min(1).max(50).default(10).describe('Most steps of a plan.'),
    turns: z.int().min(1).max(1_000).default(20).describe('Most turns of one step.'),
    models: Models.describe('Who plans and works.'),
    fallback: Fallback,
    limits: Limits.prefault({ attempts: 20, stalls: 4 }).describe('As for every run; an attempt is one step.'),
  }),
  output: z.strictObject({
    done: z.array(z.strictObject({ step: z.string(), result: z.string() })),
    left: z.array(z.string()),
    answer: z.string(),
  }),
  models: ({ models, fallback }) => everyModel(models, fallback),
  owner: 'model',
  stages: ({ models, turns, ...rest }) => [
    does.repeats(rest, [
      does.works('step', models, turns, `does the next step, at most ${turns} turns`),
      does.answers('plan', models, 'says what is left, or answers'),
      does.code('verify', 'nothing is left, and there is an answer'),
    ]),
  ],
  fails: 'A plan that forgets a step ends without it; one that is never done stops with what was done so far.',
  context: 'A step sees itself, the goal and the results of the steps before; the planner sees the goal and all results.',
  verifier:
    'Code: nothing is left of the plan, and there is an answer. Whether the answer is right is judged by whoever puts a loop around it.',
  learning: 'The plan is mended after every step by what came of it.',
  example: { goal: 'Compare two ways to store a ledger, and recommend one.', models: 'openai/gpt-5-mini' },
})
export type PlanAndExecute = z.output<typeof planAndExecute.input>
export type Plan = z.output<typeof planAndExecute.output>
