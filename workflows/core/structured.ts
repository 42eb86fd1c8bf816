import { z } from 'zod'
import { canonicalJson } from '../../contract/digest.ts'
import { type Json, type Ref } from '../../contract/json.ts'
import { type Message, type ModelReply, type Transcript } from '../../contract/models.ts'
import { jsonSchemaOf, type JsonSchema, nextForm, type OutputForm, schemaWords } from '../../contract/structured.ts'
import { failure } from './failure.ts'
import { keep } from './keep.ts'
import { type Run } from './run.ts'

/** A schema of replies, and where its JSON form is kept. */
export interface Expected {
  schema: z.ZodType
  json: JsonSchema
  ref: Ref
}

/** One question in a form that the model understands, perhaps after others that it didn't. */
export interface Questions {
  messages: Message[]
  transcript?: Transcript
  output: { form: OutputForm; schema: Ref }
}

/** How often a model may mend a reply that doesn't fit. */
const mostRepairs = 3

/** The schema as JSON Schema, kept by hash; what JSON Schema can't say is refused. */
export async function expected(path: string, schema: z.ZodType): Promise<Expected> {
  const json = sayable(path, schema)
  return { schema, json, ref: await keep(canonicalJson(json), `${path}/schema`) }
}

/** The schema for the digest of a call: the same schema gives the same text, also one that can't be asked for. */
export function jsonShape(schema: z.ZodType): JsonSchema | string {
  try {
    return jsonSchemaOf(schema)
  } catch (error) {
    return String(error)
  }
}

function sayable(path: string, schema: z.ZodType): JsonSchema {
  try {
    return jsonSchemaOf(schema)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const next = 'Use what JSON has: objects, arrays, strings, numbers, booleans, null, and unions of these.'
    throw failure('SchemaRefused', `The schema of the reply cannot be asked for: ${why}.`, { stage: path, effect: 'no', next })
  }
}

/**
 * Asks one model until its reply fits: each form of asking that it refuses is followed by the next, and a reply that doesn't fit by up to three turns that quote
 * what is wrong. `put` makes one call; `refuses` says whether its error means that the form isn't understood.
 */
export async function askForValue(
  { run, path, model, expects }: { run: Run; path: string; model: string; expects: Expected },
  first: { messages: Message[]; transcript?: Transcript },
  put: (questions: Questions) => Promise<ModelReply>,
  refuses: (error: unknown) => boolean,
): Promise<ModelReply> {
  let form: OutputForm = run.modelRecords[model]?.form ?? run.preflight?.models[model]?.form ?? 'json_schema'
  let { messages, transcript } = first
  for (let repairs = 0; ;) {
    const words = form === 'json_object' || form === 'text' ? [{ role: 'user' as const, content: schemaWords(expects.json) }] : []
    const questions = { messages: [...messages, ...words], ...(transcript ? { transcript } : {}), output: { form, schema: expects.ref } }
    let reply: ModelReply
    try {
      reply = await put(questions)
    } catch (error) {
      const next = refuses(error) ? nextForm(form) : undefined
      if (!next) throw error
      form = next
      continue
    }
    const found = reply.unreadable === undefined ? expects.schema.safeParse(reply.value) : undefined
    if (found?.success) {
      run.modelRecords[model]!.form = form
      return { ...reply, value: found.data as Json }
    }
    const problem = found ? z.prettifyError(found.error).slice(0, 4_000) : (reply.unreadable ?? '')
    if (repairs++ === mostRepairs) throw mismatch(path, model, problem)
    // Words where JSON was asked for: the form itself was not understood.
    if (!found && reply.finish !== 'length') form = nextForm(form) ?? form
    transcript = reply.transcript
    messages = [{ role: 'user', content: `That does not fit:\n${problem}\nAnswer again, with the whole value.` }]
  }
}

function mismatch(path: string, model: string, problem: string) {
  const message = `${model} did not bring its reply into the form that was asked for, in ${mostRepairs + 1} tries: ${problem}`
  const next = 'Ask for a simpler form, or name another model with --models.'
  return failure('OutputMismatch', message, { stage: path, effect: 'no', next })
}
