import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'

const Worker = z.strictObject({
  does: z.string().min(1).describe('What this worker is for.'),
  prompt: z.string().min(1).describe('What it is asked; {previous} stands for its task.'),
  models: Models.optional().describe('Who works. Default: who plans.'),
})

/** A plan for workers that are there. */
export const orchestratorWorkers = declare({
  description:
    'A model divides a goal into tasks for workers that are declared, and no others; they work side by side, and their work is put together.',
  input: z.strictObject({
    goal: z.string().min(1).describe('What is wanted.'),
    workers: z
      .record(z.string().min(1), Worker)
      .refine((workers) => Object.keys(workers).length > 0, 'declare at least one worker')
      .describe('The workers, by name.'),
    tasks: z.int().min(1).max(50).default(8).describe('Most tasks.'),
    models: Models.describe('Who plans and puts together.'),
    limits: Limits.prefault({}),
  }),
  output: z.strictObject({
    text: z.string(),
    tasks: z.array(z.strictObject({ worker: z.string(), task: z.string(), text: z.string().optional(), failed: z.string().optional() })),
  }),
  models: ({ models, workers }) => [...models, ...Object.values(workers).flatMap((worker) => worker.models ?? [])],
  example: {
    goal: 'A page that compares three caches.',
    workers: { researcher: { does: 'Says what it knows of one thing.', prompt: 'Say what you know: {previous}' } },
    models: 'openai/gpt-5-mini',
  },
})
export type OrchestratorWorkers = z.output<typeof orchestratorWorkers.input>
export type Orchestrated = z.output<typeof orchestratorWorkers.output>
