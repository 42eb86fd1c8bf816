import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

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
  owner: 'model',
  stages: ({ workers, tasks, models }) => [
    does.answers('plan', models, `divides the goal into at most ${tasks} tasks`),
    does.beside(
      [
        does.oneOf(
          Object.entries(workers).map(([name, worker]) => does.writes(name, worker.models ?? models, worker.does)),
          1,
          'worker',
        ),
      ],
      tasks,
    ),
    does.writes('synthesis', models, 'puts the work together'),
  ],
  fails: 'A task that the plan forgets is missed by nobody. A task that fails is named, and what is left is put together without it.',
  context: 'The planner sees the goal and what each worker is for; a worker sees its task alone; who puts together sees all work.',
  verifier: 'Code: only declared workers, and work that came. Whether the whole is good is judged by whoever puts a loop around it.',
  learning: 'A plan with an unknown worker is refused, and the model told.',
  example: {
    goal: 'A page that compares three caches.',
    workers: { researcher: { does: 'Says what it knows of one thing.', prompt: 'Say what you know: {previous}' } },
    models: 'openai/gpt-5-mini',
  },
})
export type OrchestratorWorkers = z.output<typeof orchestratorWorkers.input>
export type Orchestrated = z.output<typeof orchestratorWorkers.output>
