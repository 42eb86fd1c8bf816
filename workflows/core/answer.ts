import { type Json } from '../../contract/json.ts'
import { runStopped } from './failure.ts'
import { gate, type Question } from './gate.ts'

/** What a person has said, besides stopping the run. */
export interface Answer {
  yes: boolean
  by: string
  note?: string | undefined
  value?: Json | undefined
}

/** Asks a person; who answers `stop` ends the run, which says so with their reason: `ada stopped the run AT: …`. */
export async function answerTo(question: Question, at: string, otherwise: string): Promise<Answer> {
  const { answer, by = 'a person', note, value } = await gate(question)
  if (answer === 'stop') throw runStopped({ reason: 'declined', why: `${by} stopped the run ${at}: ${note ?? otherwise}` })
  return { yes: answer === 'yes', by, note, value }
}
