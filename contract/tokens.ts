import { canonicalJson, utf8Bytes } from './digest.ts'
import { markBytes } from './data-text.ts'
import { isRef, type Json } from './json.ts'
import { type Message, type ModelCall } from './models.ts'

/** What chat templates add besides the messages themselves: control tokens, and the words that introduce tools. */
const templateTokens = 512

/** What says how to call tools in words. */
const wordedTokens = 512

/** UTF-8 bytes of the message's canonical JSON; a reference counts as the bytes it stands for and those of its own JSON, and reasoning that is never sent as none. */
export function messageBytes({ reasoning, ...said }: Message): number {
  const message: Message = reasoning?.back ? { ...said, reasoning } : said
  const calls = (message.toolCalls ?? []).map((call) => referencedBytes(call.arguments ?? {}))
  const thought = message.reasoning ? referencedBytes(message.reasoning.text) : 0
  const marks = message.role === 'tool' || message.source !== undefined ? markBytes : 0
  return marks + utf8Bytes(canonicalJson(message)) + calls.reduce((sum, bytes) => sum + bytes, referencedBytes(message.content)) + thought
}

function referencedBytes(value: Json): number {
  if (value === null || typeof value !== 'object') return 0
  if (isRef(value)) return value.bytes
  return Object.values(value).reduce<number>((sum, member) => sum + referencedBytes(member), 0)
}

/**
 * The most tokens that a call's input can have, as no tokenizer makes more than one token of a byte: what the last reply on this
 * transcript counted, if the same model counted it, and the bytes of everything that was added since; without such a reply the bytes of all.
 * `toolsBytes` and `schemaBytes` may be 0 when that reply was asked for with the same tools and schema.
 */
export function inputBound(
  call: Pick<ModelCall, 'transcript' | 'model' | 'add'> & { toolsBytes?: number | undefined; schemaBytes?: number | undefined },
): number {
  const { transcript, model, add, toolsBytes = 0, schemaBytes = 0 } = call
  const added = add.reduce((sum, message) => sum + messageBytes(message), toolsBytes + schemaBytes)
  if (transcript && transcript.model === model) return transcript.tokens + added
  return templateTokens + (transcript?.bytes ?? 0) + added
}

/** The most input tokens that a call is reserved with, and charged with when nobody knows what became of it. */
export function callBound({
  tools,
  output,
  lacks = [],
  ...call
}: Pick<ModelCall, 'transcript' | 'model' | 'add' | 'tools' | 'output' | 'lacks'>): number {
  const words = tools && lacks.includes('tools') ? wordedTokens : 0
  // Strict servers are told more: every member required, optional ones nullable.
  return words + inputBound({ ...call, toolsBytes: tools?.bytes, schemaBytes: output ? 4 * output.schema.bytes + 512 : 0 })
}
