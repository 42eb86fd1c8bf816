import { type z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { type Share } from '../../contract/limits.ts'
import { type Transcript } from '../../contract/models.ts'
import { ask } from './ask.ts'
import { group } from './group.ts'
import { type Input, inputMessages } from './input.ts'
import { cutOutput, keepOutput, keptNote, type MaxOutput } from './output.ts'
import { factsOn } from './facts.ts'
import { shareOf } from './share.ts'

/** What a stage made: its text, as a value where a schema was given, and the conversation that can be gone on with. */
export interface Result<T = Json> {
  name: string
  text: string
  value: T
  transcript: Transcript
}

/** What is put before a model, and what is wanted of it. */
export interface StageOptions extends Input {
  name: string
  models: string[]
  /** `file-only`: the text is kept under the stage's name, and later stages see it only by `reads`. */
  output?: 'inline' | 'file-only'
  /** What later stages see of a longer text (200 KiB, 5,000 lines): it is cut with a note, and the whole is kept as an artifact. */
  maxOutput?: MaxOutput
  /** Goes on with this conversation; otherwise the context is fresh. */
  transcript?: Transcript
  maxOutputTokens?: number
  /** Total time for one try of the call (10). */
  minutes?: number
  /** A smaller share of the run's tokens or dollars, for this stage. */
  limits?: Pick<Share, 'tokens' | 'dollars'>
}

/** The most that a reply may have to come into the workflow whole, to be cut there. */
const wholeBytes = 4 * 1024 * 1024

/** Asks a model once, as a named stage; with a schema its `value` fits it. */
export function stage<T>(options: StageOptions & { schema: z.ZodType<T> }): Promise<Result<T>>
export function stage(options: StageOptions): Promise<Result<string>>
export function stage(options: StageOptions & { schema?: z.ZodType }): Promise<Result<unknown>> {
  const { name, models, messages = [], output = 'inline', maxOutput, transcript, schema, maxOutputTokens, minutes, limits = {} } = options
  const { recalls } = options
  return group({ name, kind: 'group', text: name, ...shareOf({ ...limits, attempts: 1, stalls: 1 }) }, async () => {
    const facts = recalls === undefined ? [] : [await factsOn(recalls)]
    const request = {
      messages: inputMessages({ ...options, messages: [...facts, ...messages] }, transcript !== undefined),
      ...(transcript ? { transcript } : {}),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(minutes === undefined ? {} : { minutes }),
      inlineBytes: wholeBytes,
    }
    if (schema) {
      const { value, transcript: after } = await ask(models, { ...request, schema })
      const text = JSON.stringify(value)
      if (output === 'file-only') await keepOutput(name, text)
      return { name, text: output === 'file-only' ? keptNote(name) : text, value, transcript: after }
    }
    const { text: said, transcript: after } = await ask(models, request)
    const text = await cutOutput(said, maxOutput)
    if (output === 'inline') return { name, text, value: text, transcript: after }
    await keepOutput(name, text)
    return { name, text: keptNote(name), value: keptNote(name), transcript: after }
  })
}
