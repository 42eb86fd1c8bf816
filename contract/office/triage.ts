import { z } from 'zod'
import { declare } from '../declaration.ts'
import { judgesOf, judging } from '../judges.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'
import { Ticket } from './tickets.ts'

/** A ticket is answered, handed over or escalated, in time. */
export const triage = declare({
  description:
    'Classifies a ticket, collects what is known about it, and answers it, hands it over to a team, or escalates it; late, it is always escalated.',
  input: z.strictObject({
    ticket: Ticket.describe('What came in.'),
    answers: z.string().min(1).default('Questions that what is known answers.').describe('Which tickets may be answered.'),
    teams: z
      .record(z.string().min(1), z.string().min(1))
      .default({})
      .refine((teams) => !['answer', 'escalate'].some((taken) => Object.hasOwn(teams, taken)), 'answer and escalate are no teams')
      .describe('Who takes over what: what belongs there, by the name of the team. Default: nobody.'),
    known: z.string().max(60_000).default('').describe('What is known, for answers and notes; nothing else may be claimed.'),
    confidence: z.number().min(0).max(1).default(0.75).describe('Below this the classifier does not decide, and the ticket is escalated.'),
    deadlineMinutes: z
      .number()
      .positive()
      .max(525_600)
      .default(240)
      .describe('From when the ticket came; then it is escalated, whatever is still waited for.'),
    approve: z.boolean().default(true).describe('An answer goes out only after a person agrees.'),
    models: Models.describe('Who classifies, collects and writes.'),
    critics: Models.optional().describe(
      'Who criticises the answer; best another model. Default: the same chain from its second model on, in a context of its own.',
    ),
    limits: Limits.prefault({ attempts: 4 }),
  }),
  output: z.strictObject({
    route: z.enum(['answer', 'hand over', 'escalate']),
    to: z.string().optional(),
    text: z.string(),
    why: z.string(),
    confidence: z.number().optional(),
    late: z.boolean(),
  }),
  models: ({ models, critics = [] }) => [...models, ...critics],
  owner: 'workflow',
  stages: ({ models, critics = judgesOf(models), approve, teams, answers, deadlineMinutes, ...rest }) => [
    does.code('within', `what follows, but for filing, ends ${deadlineMinutes} minutes after the ticket came; then it is escalated`),
    does.answers('classify', models, 'picks a route and says how sure it is; unsure, it is escalated'),
    does.oneOf([
      does.writes('answer', models, answers),
      ...Object.entries(teams).map(([team, what]) => does.writes(team, models, what)),
      does.writes('escalate', models, 'whatever belongs nowhere else'),
    ]),
    does.repeats(rest, [
      does.writes('write', models, 'writes the answer, if it is to be answered'),
      judging(does.answers('critique', critics, 'names its weak places'), models),
      ...(approve ? [does.person('gate', 'agrees to the answer, or says what is wrong')] : []),
    ]),
    does.tool('file_ticket', 'files the answer, the note or the escalation, once'),
  ],
  fails:
    'Sure of the wrong route, it hands over to the wrong team. An answer that stays weak, is declined or comes late is escalated with what there is; without money left it stops unfiled.',
  context: 'The classifier sees the ticket, as data; the writer sees what was collected; the critic sees the answer and what it is for.',
  verifier: 'The confidence of the classifier, a critic with a fresh context, a person for answers, and the clock.',
  learning: 'Weak places are what the next draft reads; what was escalated, and why, is filed for whoever mends the routes.',
  example: {
    ticket: { id: 'T-1', subject: 'How long may I return a lamp?', text: 'I bought a lamp on Monday.' },
    known: 'Everything may be returned within 30 days, unused, with the bill.',
    teams: { billing: 'Invoices, payments, refunds.' },
    approve: false,
    models: 'openai/gpt-5-mini',
  },
})
export type Triage = z.output<typeof triage.input>
export type Triaged = z.output<typeof triage.output>
