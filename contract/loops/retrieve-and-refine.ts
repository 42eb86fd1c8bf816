import { z } from 'zod'
import { Cited } from '../citations.ts'
import { declare } from '../declaration.ts'
import { everyModel, Fallback } from '../fallback.ts'
import { judgesOf, judging } from '../judges.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { collectionKinds } from '../retrieval.ts'
import { does } from '../stages.ts'

/** Search, look what is missing, search again, answer from what was found. */
export const retrieveAndRefine = declare({
  description:
    'Searches a folder, has a model say what is missing, searches again, and answers only from what was found, with quotations that are checked word for word.',
  input: z.strictObject({
    question: z.string().min(1).max(10_000).describe('What is asked.'),
    folder: z.string().min(1).describe('Absolute path of the folder that is searched, on the machines of the workers.'),
    kind: z
      .enum(collectionKinds)
      .default('auto')
      .describe('repository: source files; documents: texts with headings; auto: a repository if the folder has a .git.'),
    rounds: z.int().min(1).max(10).default(3).describe('How often it is searched at most; each round asks for what the last one missed.'),
    queries: z.int().min(1).max(5).default(3).describe('Most searches of one round.'),
    passages: z.int().min(1).max(20).default(6).describe('Most passages of one search; 60 are kept in all.'),
    models: Models.describe('Who answers.'),
    judges: Models.optional().describe(
      'Who says what is missing, and whether the answer follows from its quotations; best another model. Default: the same chain from its second model on, in a context of its own.',
    ),
    fallback: Fallback,
    limits: Limits.prefault({}),
  }),
  output: Cited,
  models: ({ models, judges = [], fallback }) => everyModel([...models, ...judges], fallback),
  owner: 'workflow',
  stages: ({ models, judges = judgesOf(models), rounds, queries, limits, fallback }) => [
    does.repeats(
      { limits: { ...limits, attempts: rounds } },
      [
        does.tool('retrieve', `searches the folder, at most ${queries} times`),
        judging(does.answers('missing', judges, 'says what is missing, and by which words it would be found'), models),
      ],
      'search',
    ),
    does.repeats(
      { limits, fallback },
      [
        does.answers('answer', models, 'answers from the passages, and quotes them'),
        does.code('citations', 'every quotation stands word for word in a passage that was found'),
        judging(does.answers('judge', judges, 'looks whether the answer follows from its quotations'), models),
      ],
      'answer',
    ),
  ],
  fails: 'What stands there in words that nobody thinks of is not found; then it says so. One wrong quotation refuses an answer.',
  context:
    'Whoever answers sees the question, the passages and what was wrong with the last answer; the judge sees the answer and its quotations.',
  verifier: 'Code compares every quotation with its passage; a judge with a fresh context looks whether the answer follows from them.',
  learning: 'What is missing is searched for in the next round; a wrong quotation is what the next answer reads.',
  example: { question: 'How long is a refund possible?', folder: '/path/to/the/handbook', models: 'openai/gpt-5-mini' },
})
export type RetrieveAndRefine = z.output<typeof retrieveAndRefine.input>
