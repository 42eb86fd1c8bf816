import { z } from 'zod'
import { declare } from '../declaration.ts'
import { judgesOf, judging } from '../judges.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

/** The files of a lesson by its language, and the commands that run them. */
export const languages = {
  javascript: {
    ...{ example: 'example.mjs', answer: 'answer.mjs', tests: 'answer.test.mjs' },
    ...{ runExample: 'node example.mjs', load: 'node answer.mjs', test: 'node --test answer.test.mjs' },
    form: "JavaScript modules without dependencies; tests are written with node:test and node:assert, and import from './answer.mjs'",
  },
  python: {
    ...{ example: 'example.py', answer: 'answer.py', tests: 'test_answer.py' },
    ...{ runExample: 'python3 example.py', load: 'python3 answer.py', test: 'python3 -m unittest test_answer' },
    form: 'Python 3 without dependencies; tests are written with unittest, and import from answer',
  },
} as const

/** What a lesson is made of. */
const Pieces = z.strictObject({
  explanation: z.string(),
  example: z.string(),
  task: z.string(),
  starter: z.string().describe('The code that the learner begins with.'),
  hint: z.string(),
  tests: z.string().describe('They pass with the answer, and fail with the starter.'),
  answer: z.string(),
})
export type Lesson = z.output<typeof Pieces>

/** What each piece is asked for by, and the pieces that its writer sees. */
export const asks: Record<keyof Lesson, { prompt: string; sees: (keyof Lesson)[] }> = {
  explanation: { prompt: 'Explain the concept, without exercises.', sees: [] },
  example: { prompt: 'Write one short program that shows the concept, and prints what it shows.', sees: ['explanation'] },
  task: {
    prompt: 'Set one small task that practises it: what one function shall do, its name and what it is given. No solution.',
    sees: ['explanation', 'example'],
  },
  starter: { prompt: 'Write what the learner begins with: the function, not yet doing it. The file must run as it is.', sees: ['task'] },
  tests: { prompt: 'Write tests of the task, which every right solution passes.', sees: ['task', 'starter'] },
  answer: { prompt: 'Solve the task. Write the whole file.', sees: ['explanation', 'task', 'starter'] },
  hint: { prompt: 'Write a hint of one or two sentences: where to look; no code, no solution.', sees: ['task', 'starter', 'answer'] },
}

/** Concept, example, task, hint, test case, answer. */
export const lesson = declare({
  description:
    'Makes a lesson in small steps, each with its own check: a concept, an example that runs, a task, tests that only its answer passes, and a hint that does not give it away.',
  input: z.strictObject({
    concept: z.string().min(1).max(2_000).describe('What is taught.'),
    level: z
      .string()
      .min(1)
      .max(2_000)
      .default('somebody who has written a few small programs')
      .describe('For whom: what they know, and what they do not.'),
    language: z.enum(['javascript', 'python']).default('javascript').describe('What its code is written in.'),
    words: z.int().min(20).max(2_000).default(200).describe('Most words of the explanation.'),
    models: Models.describe('Who writes.'),
    judges: Models.optional().describe(
      'Who judges the level; best another model. Default: the same chain from its second model on, in a context of its own.',
    ),
    confined: z
      .boolean()
      .default(true)
      .describe("Refuse to start where commands can't be confined, because code of a model is run; JSON (--input) can set it to false."),
    limits: Limits.prefault({ attempts: 5 }).describe('As for every run; attempts and stalls are those of each step.'),
  }),
  output: Pieces,
  models: ({ models, judges = [] }) => [...new Set([...models, ...judges])],
  owner: 'workflow',
  stages: ({ models, judges = judgesOf(models), limits }) => {
    const step = (name: string, writes: string[], checks: string[], judged?: string) =>
      does.repeats(
        { limits },
        [
          ...writes.map((piece) => does.writes(piece, models, `writes the ${piece}`)),
          ...checks.map((check) => does.code('check', check)),
          ...(judged ? [judging(does.answers('judge', judges, judged), models)] : []),
        ],
        name,
      )
    return [
      step('concept', ['explanation'], ['it has no more words than it may have'], 'looks whether it fits the level'),
      step('example', ['example'], ['the example runs'], 'looks whether it fits the level, and shows the concept'),
      step('practice', ['task', 'starter'], ['the starter runs'], 'looks whether the task fits the level'),
      step('solution', ['tests', 'answer'], ['the tests pass with the answer', 'the tests fail with the starter']),
      step('hint', ['hint'], ['nothing of the answer stands in it'], 'looks whether it helps, and leaves the task to the learner'),
    ]
  },
  fails: 'A step that stays wrong stops the lesson, which names it; the steps before it are paid for.',
  context:
    'Each step sees the pieces that it needs and what its check objected to; the answer is first written without a look at the tests.',
  verifier: 'Code runs the example, the starter, the tests with the answer and without; a judge with a fresh context looks at the level.',
  learning: 'What the check of a step objects to is what the next attempt at that step reads.',
  example: { concept: 'What a pure function is.', models: 'openai/gpt-5-mini' },
})
export type LessonInput = z.output<typeof lesson.input>

/** What each step's judge is told besides, and what it looks for; a step without is left to code. */
export const judgedBy = {
  concept: { goal: 'It explains', rubric: {} },
  example: { goal: 'An example for', rubric: { shows: 'It shows just that.' } },
  practice: {
    goal: 'A task, with the code to begin with, for',
    rubric: { whole: 'It says all that a solution needs, and is not solved.' },
  },
  hint: { goal: 'A hint for a task on', rubric: { open: 'The learner still has to find the solution.' } },
} as const
