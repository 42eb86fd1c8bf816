import { AskPerson } from '../../contract/ask-person.ts'
import { answerTo } from './answer.ts'

/** Puts a model's question to a person, and says what they answered. What the model wrote is shown as such: it is no word of Loopwright's. */
export async function askedPerson(given: unknown): Promise<string> {
  const { question, options } = AskPerson.parse(given)
  const show = { askedBy: 'model', question }
  const asked = options ? { kind: 'select' as const, options } : { kind: 'input' as const }
  const asking = { ...asked, name: 'ask_person', question: `A model asks: ${question}`, show }
  const { yes, value, note, by } = await answerTo(asking, 'when a model asked', question)
  if (yes) return `${by} answered: ${typeof value === 'string' ? value : JSON.stringify(value)}`
  return `Nobody answers this${note === undefined ? '' : `: ${note}`}. Go on without, or finish and say what is in the way.`
}
