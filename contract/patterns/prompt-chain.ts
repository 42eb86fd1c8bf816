import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { Rule } from '../rules.ts'
import { does } from '../stages.ts'

const Step = z.strictObject({
  name: z.string().min(1).describe('Of the step; no two alike.'),
  prompt: z.string().min(1).describe('What is asked; {previous} stands for what the step before wrote.'),
  rules: z.array(Rule).default([]).describe('What must hold before the next step begins. Default: that there is a text.'),
})

/** Fixed steps, one after the other. */
export const promptChain = declare({
  description: 'Does fixed steps one after the other; a check after each has it mended, or stops, so that errors do not add up.',
  input: z.strictObject({
    input: z.string().default('').describe('What the first step works on.'),
    steps: z
      .array(Step)
      .min(1)
      .max(20)
      .refine((steps) => new Set(steps.map(({ name }) => name)).size === steps.length, 'two steps have the same name')
      .describe('The steps, in order.'),
    models: Models.describe('Who does the steps.'),
    limits: Limits.prefault({ attempts: 3 }),
  }),
  output: z.strictObject({ text: z.string(), steps: z.array(z.strictObject({ name: z.string(), text: z.string() })) }),
  models: ({ models }) => models,
  owner: 'workflow',
  stages: ({ steps, models, limits }) =>
    steps.map(({ name }) =>
      does.repeats({ limits }, [does.writes('write', models, 'does the step'), does.code('rules', 'must hold before the next step')], name),
    ),
  fails: 'A step that stays wrong stops the chain, which names it; the steps before it are paid for.',
  context: 'A step sees its prompt, what the step before wrote and what its rules objected to, and nothing else.',
  verifier: 'Rules in code, after every step.',
  learning: 'What a rule objects to is what the next attempt at that step reads.',
  example: {
    input: 'Temporal keeps the history of a workflow.',
    steps: [
      { name: 'outline', prompt: 'Outline a short note on this, as three points: {previous}' },
      { name: 'note', prompt: 'Write the note: {previous}', rules: [{ name: 'short', maxWords: 120 }] },
    ],
    models: 'openai/gpt-5-mini',
  },
})
export type PromptChain = z.output<typeof promptChain.input>
