import { z } from 'zod'
import { declare } from '../declaration.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

/** Parts done side by side, then put together. */
export const sectioning = declare({
  description:
    'Has sections of a task done side by side and puts them together; one that failed is done again, and named if it fails for good.',
  input: z.strictObject({
    input: z.string().default('').describe('What every section works on, where its prompt has {previous}.'),
    sections: z.record(z.string().min(1), z.string().min(1)).describe('The sections: what is asked, by name.'),
    combine: z.string().min(1).describe('How they are put together; {previous} stands for all of them, under their names.'),
    models: Models.describe('Who does the sections and puts them together.'),
    limits: Limits.prefault({ attempts: 2 }),
  }),
  output: z.strictObject({ text: z.string(), sections: z.record(z.string(), z.string()) }),
  models: ({ models }) => models,
  owner: 'workflow',
  stages: ({ sections, models, limits }) => [
    does.repeats({ limits }, [
      does.beside(Object.keys(sections).map((name) => does.writes(name, models, 'a section'))),
      does.writes('combine', models, 'puts the sections together'),
      does.code('verify', 'every section came'),
    ]),
  ],
  fails: 'A section that fails for good is an objection by its name; those that came are in the best attempt.',
  context: 'A section sees the input and its prompt, not the others; whoever combines sees all of them.',
  verifier: 'Code: every section came.',
  learning: 'The next attempt does only the sections that failed.',
  example: {
    input: 'Version 2 has a budget ledger.',
    sections: { benefits: 'Its benefits for a team lead: {previous}', risks: 'Its risks: {previous}' },
    combine: 'Make one paragraph of this: {previous}',
    models: 'openai/gpt-5-mini',
  },
})
export type Sectioning = z.output<typeof sectioning.input>
