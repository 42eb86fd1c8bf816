import { z } from 'zod'
import { type Ability } from './abilities.ts'
import { type Json, type Ref, type Text } from './json.ts'
import { type OutputForm } from './structured.ts'

/** How much a model should reason; `off` is read as `none`. */
export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof efforts)[number]

export interface ModelName {
  provider: string
  model: string
  effort?: Effort
}

/** Reads `provider/model[:effort]`: split at the first `/`; a trailing `:x` is an effort only if x is one. */
export function parseModel(text: string): ModelName {
  const slash = text.indexOf('/')
  const provider = text.slice(0, slash)
  const rest = text.slice(slash + 1)
  const colon = rest.lastIndexOf(':')
  const tail = rest.slice(colon + 1)
  const effort = tail === 'off' ? 'none' : efforts.find((known) => known === tail)
  return colon < 0 || !effort ? { provider, model: rest } : { provider, model: rest.slice(0, colon), effort }
}

/** One model: `provider/model[:effort]`. */
export const ModelString = z
  .string()
  .regex(/^[^/\s]+\/\S+$/, 'a model is written provider/model, for example openai/gpt-5-mini or builtin/repair')
  .describe('A model, written provider/model[:effort].')

/** A fallback chain of models; a single string is a chain of one. */
export const Models = z
  .union([ModelString, z.array(ModelString).min(1).max(8)])
  .transform((models) => (typeof models === 'string' ? [models] : models))
  .describe('The model, or a list: the next one is tried when one fails.')

/** What a model costs, in micro-dollars per million tokens. */
export interface Price {
  input: number
  output: number
}

/** What `preflight` found out about a model. */
export interface ModelFacts {
  /** Null when nobody knows; a dollar cap then refuses the model. */
  price: Price | null
  /** Context window in tokens. */
  window: number
  /** Most tokens one reply may have. */
  maxOutput: number
  /** The surest way to ask it for JSON, where that is known. */
  form?: OutputForm
  /** What it is known to lack. */
  lacks?: Ability[]
  /** Where the calls go, or `builtin`. */
  where: string
}

/** One message of a conversation; content may live in the artifact store. */
export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: Text
  toolCalls?: ToolCall[]
  /** What the model thought before it said this; `back`: the provider wants it back with the message, and no other may see it. */
  reasoning?: { text: Text; provider: string; back?: true }
  /** For `tool`: the call that this answers. */
  toolCallId?: string
  /** For what is data and nobody's word: where it comes from. What a tool answered is data of the call that it answers. */
  source?: string
}

/** A tool call as the model wrote it; large strings among the arguments are references. */
export interface ToolCall {
  id: string
  name: string
  /** Absent when what the model wrote is not a JSON object. */
  arguments?: Record<string, Json>
  /** Why there are no arguments. */
  malformed?: string
  /** What this provider wants back with the call, and no other may see. */
  extra?: { provider: string; content: Json }
}

/** Tokens as the provider counted them. */
export interface Usage {
  input: number
  output: number
}

/** The head of a transcript: its last node, the bytes of all its messages, and what the last reply on it counted. */
export interface Transcript {
  sha256: string
  /** UTF-8 bytes of the canonical JSON of every message. */
  bytes: number
  /** Prompt and completion tokens of the last reply, and the model that counted them. */
  tokens: number
  model: string
  /** Something was left out of it to fit a window; `earlier` brings it back. */
  compacted?: true
}

/** A model call, as the activity receives it. */
export interface ModelCall {
  model: string
  transcript?: Transcript
  /** Messages since the transcript's head. */
  add: Message[]
  /** A JSON list of tools `{ name, description, schema }` in the artifact store. */
  tools?: Ref
  /** That list, in the first call that names it: the call keeps it. */
  toolList?: string
  /** The JSON Schema the reply must fit, in the artifact store, and how the model is asked for it. */
  output?: { form: OutputForm; schema: Ref }
  /** What the server has refused before, and is not asked for again. */
  lacks?: Ability[]
  /** The provider is told to stop here, reasoning included. */
  maxOutputTokens: number
  /** Longer texts come back as references. */
  inlineBytes: number
  /** Total time for the call. */
  minutes: number
}

/** What came back from a model. */
export interface ModelReply {
  text: Text
  /** The JSON that was asked for, not yet checked. */
  value?: Json
  /** Why there is none. */
  unreadable?: string
  toolCalls: ToolCall[]
  finish: 'stop' | 'tool_calls' | 'length' | 'content_filter'
  usage: Usage
  transcript: Transcript
  /** UTF-8 bytes of the canonical JSON of the reply's message. */
  replyBytes: number
}
