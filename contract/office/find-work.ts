import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { does } from '../stages.ts'

/** Work that is waiting gets a run of its own. */
export const findWork = declare({
  description: 'Looks into the folder of tickets and starts a run for each that has none; made for a schedule.',
  input: z.strictObject({
    workflow: z.string().min(1).default('triage').describe('What is started for each ticket; its input has a field `ticket`.'),
    input: z.record(z.string(), z.json()).default({}).describe('What each of these runs gets besides its ticket.'),
    most: z.int().min(1).max(100).default(5).describe('How many are started at once; what is left waits for the next time.'),
    limits: Limits.prefault({}),
  }),
  output: z.strictObject({
    started: z.array(z.string()),
    skipped: z.array(z.strictObject({ what: z.string(), why: z.string() })),
    left: z.int(),
  }),
  models: () => [],
  owner: 'workflow',
  stages: ({ workflow, most }) => [
    does.tool('list_tickets', 'lists the folder, oldest first'),
    does.beside([does.run(workflow, 'starts, and goes on by itself')], most),
  ],
  fails: 'A file that is no ticket is named and skipped. What was started goes on whatever becomes of this run.',
  context: 'No model is asked.',
  verifier: 'The id of a run is that of its ticket: the server starts it once, whoever asks how often.',
  learning: 'What was skipped, and why, stands in the result; what is left over is found the next time.',
  example: { input: { models: 'openai/gpt-5-mini' }, most: 5 },
})
export type FindWork = z.output<typeof findWork.input>
export type FoundWork = z.output<typeof findWork.output>
