import { type z } from 'zod'
import { isRef, type Json, type Text } from '../../contract/json.ts'
import { type Share } from '../../contract/limits.ts'
import { type Message, type Transcript } from '../../contract/models.ts'
import { ask } from './ask.ts'
import { failure } from './failure.ts'
import { group } from './group.ts'
import { currentRun } from './run.ts'
import { shareOf } from './share.ts'

/** What a stage made: its text, as a value where a schema was given, and the conversation that can be gone on with. */
export interface Result<T = Json> {
  name: string
  text: string
  value: T
  transcript: Transcript
}

/** A text under a name; every result of a stage is one. */
export type Part = Pick<Result, 'name' | 'text'>

/** What is put before a model, and what is wanted of it. */
export interface StageOptions {
  name: string
  models: string[]
  /** What is asked. `{previous}` in it stands for what came before; without, that is appended, each part under its name. */
  prompt: string
  /** What the model is, in general. */
  system?: string
  previous?: string | Part | Part[]
  /** Names of stages that kept their text (`output: 'file-only'`); a missing one fails before any model is asked. */
  reads?: string[]
  /** `file-only`: the text is kept under the stage's name, and later stages see it only by `reads`. */
  output?: 'inline' | 'file-only'
  /** Goes on with this conversation; otherwise the context is fresh. */
  transcript?: Transcript
  maxOutputTokens?: number
  /** A smaller share of the run's tokens or dollars, for this stage. */
  limits?: Pick<Share, 'tokens' | 'dollars'>
}

/** Asks a model once, as a named stage; with a schema its `value` fits it. */
export function stage<T>(options: StageOptions & { schema: z.ZodType<T> }): Promise<Result<T>>
export function stage(options: StageOptions): Promise<Result<string>>
export function stage(options: StageOptions & { schema?: z.ZodType }): Promise<Result<unknown>> {
  const {
    name,
    models,
    prompt,
    system,
    previous,
    reads = [],
    output = 'inline',
    transcript,
    schema,
    maxOutputTokens,
    limits = {},
  } = options
  return group({ name, kind: 'group', text: name, ...shareOf({ ...limits, attempts: 1, stalls: 1 }) }, async ({ run }) => {
    const messages: Message[] = [
      ...(system === undefined || transcript ? [] : [{ role: 'system' as const, content: system }]),
      ...reads.map((read): Message => ({ role: 'user', content: keptAs(read) })),
      questionOf(prompt, previous),
    ]
    const request = {
      messages,
      ...(transcript ? { transcript } : {}),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      inlineBytes: output === 'file-only' ? 0 : mostInlineBytes,
    }
    if (schema) {
      const { value, transcript: after } = await ask(models, { ...request, schema })
      return { name, text: JSON.stringify(value), value, transcript: after }
    }
    const { text, transcript: after } = await ask(models, request)
    if (output === 'file-only') run.state[keptKey(name)] = isRef(text) ? { ...text } : text
    const inline = !isRef(text)
      ? text
      : output === 'file-only'
        ? `(kept as ${name})`
        : `(${text.bytes} bytes, kept as artifact ${text.sha256})`
    return { name, text: inline, value: inline, transcript: after }
  })
}

/** Longer texts are kept as an artifact. Over 16 KiB they stand in the history by hash all the same. */
const mostInlineBytes = 200 * 1024

const keptKey = (name: string) => `output:${name}`

function keptAs(name: string): Text {
  const run = currentRun()
  const kept = run.state[keptKey(name)]
  if (typeof kept === 'string' || isRef(kept)) return kept
  const next = `Let an earlier stage keep its text: { name: '${name}', output: 'file-only' }.`
  throw failure('ArtifactMissing', `No stage kept a text as ${name}, so no model was asked.`, { run: run.id, effect: 'no', next })
}

function questionOf(prompt: string, previous: StageOptions['previous']): Message {
  const parts = partsOf(previous)
  const told = parts.map(({ name, text }) => (name === '' ? text : `## ${name}\n${text}`)).join('\n\n')
  if (prompt.includes('{previous}')) return { role: 'user', content: prompt.replaceAll('{previous}', () => told) }
  return { role: 'user', content: [prompt, told].filter((part) => part !== '').join('\n\n') }
}

function partsOf(previous: StageOptions['previous']): Part[] {
  if (previous === undefined) return []
  if (typeof previous === 'string') return [{ name: '', text: previous }]
  return Array.isArray(previous) ? previous : [{ name: '', text: previous.text }]
}
