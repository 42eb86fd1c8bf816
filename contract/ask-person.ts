import { z } from 'zod'
import { jsonSchema } from './tools.ts'
import { type Tool } from './workspace.ts'

export const AskPerson = z.strictObject({
  question: z.string().min(1).max(2_000).describe('What you want to know, so that it can be answered without knowing more.'),
  options: z.array(z.string().min(1).max(200)).min(2).max(20).optional().describe('What can be chosen. Default: a text is asked for.'),
})

/** The tool by which a model asks a person; the question is a gate like any other. */
export const askPerson: Tool = {
  name: 'ask_person',
  description: 'Asks a person, who may take long to answer. For what you cannot find out yourself.',
  schema: jsonSchema(AskPerson),
  class: 'read',
  minutes: 1,
}
