import { z } from 'zod'
import { declare } from '../declaration.ts'
import { everyModel, Fallback } from '../fallback.ts'
import { judgesOf, judging } from '../judges.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

/** A draft, and a critic who has not seen how it came about. */
export const draftAndCritique = declare({
  description: 'Drafts a text, has a critic with a fresh context name its weak places, and rewrites those until the critique is clean.',
  input: z.strictObject({
    goal: z.string().min(1).describe('What is to be written, for whom, and what for.'),
    models: Models.describe('Who writes.'),
    critics: Models.optional().describe(
      'Who criticises; best another model. Default: the same chain from its second model on, in a context of its own.',
    ),
    approve: z.boolean().default(false).describe('Ask a person before it is accepted.'),
    fallback: Fallback,
    limits: Limits.prefault({}),
  }),
  output: z.string(),
  models: ({ models, critics = [], fallback }) => everyModel([...models, ...critics], fallback),
  owner: 'workflow',
  stages: ({ models, critics = judgesOf(models), approve, ...rest }) => [
    does.repeats(rest, [
      does.writes('write', models, 'drafts, or rewrites the weak places'),
      judging(does.answers('critique', critics, 'names the weak places'), models),
      ...(approve ? [does.person('gate', 'agrees, or says what is wrong')] : []),
    ]),
  ],
  fails: 'A critic that always finds something ends at the attempts or the stalls, with the draft that had the fewest weak places.',
  context: 'The writer sees the goal, its best draft and the weak places; the critic sees the text and what it is for, and nothing else.',
  verifier: 'A critic with a fresh context, until nothing is weak.',
  learning: 'The weak places are what the next draft reads; the best draft is kept.',
  example: { goal: 'Explain to a beginner in 150 words why a budget is reserved before a call is made.', models: 'openai/gpt-5-mini' },
})
export type DraftAndCritique = z.output<typeof draftAndCritique.input>
