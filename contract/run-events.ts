import { z } from 'zod'

const common = {
  id: z.string().describe('Where in the history it stands: `execution/event`. A stream resumes behind it.'),
  at: z.number().describe('Milliseconds since the epoch.'),
}

/** What happens in a run, as its history tells: the same events in the same order, however often and from wherever they are read. */
export const RunEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('started'), ...common, workflow: z.string() }),
  z.strictObject({
    kind: z.literal('stage'),
    ...common,
    path: z.string().describe('The stage, for example loop#1/attempt#2/fix#1/turn#3/ask#1.'),
    stage: z.enum(['model', 'tool', 'verify', 'child', 'step']),
    text: z.string(),
    status: z.enum(['running', 'done', 'failed', 'cancelled']),
  }),
  z.strictObject({
    kind: z.literal('message'),
    ...common,
    message: z.string().describe('decide, steer, pause …; stop comes from the server.'),
    by: z.string().optional().describe('As the message says.'),
    accepted: z.boolean().optional().describe('Absent when it was not answered yet, or is never answered: a signal, a stop.'),
    reason: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('continued'), ...common }),
  z.strictObject({
    kind: z.literal('ended'),
    ...common,
    status: z.enum(['done', 'stopped', 'failed']),
    why: z.string(),
  }),
])
export type RunEvent = z.infer<typeof RunEvent>
