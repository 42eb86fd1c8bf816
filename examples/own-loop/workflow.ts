import { ask, declare, does, Limits, loop, Models, type Outcome, z } from 'loopwright/workflow'

/** What goes in and out, and which models may be asked: checked around every run. */
export const declarations = {
  ownLoop: declare({
    description: 'Writes a headline that has every word it must have and no more characters than it may have.',
    input: z.strictObject({
      text: z.string().min(1).describe('What the headline is for.'),
      words: z.array(z.string()).default([]).describe('Words that it must have.'),
      longest: z.int().positive().default(60).describe('How many characters it may have.'),
      models: Models.describe('The model that writes, or a fallback chain.'),
      limits: Limits.prefault({}),
    }),
    output: z.string(),
    models: ({ models }) => models,
    // What `loopwright check` asks of every loop.
    owner: 'workflow',
    fails: 'Words that do not fit into so few characters are never found; then it ends with the best headline.',
    context: 'The model sees the text, and what is wrong with its last headline.',
    verifier: 'Code: every word is there, and it is short enough.',
    learning: 'What is objected to is what the next attempt reads.',
    stages: ({ models, limits }) => [
      does.repeats({ limits }, [does.answers('ask', models, 'writes a headline'), does.code('verify', 'words and length')]),
    ],
    example: { text: 'Loops that stop by themselves.', words: ['loops'], models: 'openai/gpt-5-mini' },
  }),
}
type Input = z.output<typeof declarations.ownLoop.input>

/** A model proposes, rules decide, and what they object to is the next proposal's reading. */
export async function ownLoop({ text, words, longest, models, limits }: Input): Promise<Outcome<string>> {
  return loop<string>({
    limits,
    propose: async ({ feedback }) => {
      const wrong = feedback.map((objection) => `\n- ${objection.text}`).join('')
      const content = `Write a headline for this text: ${text}${wrong && `\nYour last one was rejected:${wrong}`}`
      const schema = z.object({ headline: z.string() })
      return (await ask(models, { messages: [{ role: 'user', content }], schema })).value.headline
    },
    verify: async (headline) => {
      const missing = words.filter((word) => !headline.toLowerCase().includes(word.toLowerCase()))
      const objections = missing.map((word) => ({ id: `missing: ${word}`, text: `It lacks the word ${word}.` }))
      if (headline.length > longest) objections.push({ id: 'length', text: `It is longer than ${longest} characters.` })
      return { accepted: objections.length === 0, objections, evidence: [] }
    },
  })
}
