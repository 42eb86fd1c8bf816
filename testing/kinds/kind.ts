import { type Completion } from '../completion.ts'
import { type ScriptedRequest, type SpokenReply } from '../reply.ts'

/** Why a request is refused. */
export interface Refusal {
  status: number
  message: string
  param?: string
  code?: string
}

/** One event of a stream. */
export interface Chunk {
  choices: { index: number; delta?: Record<string, unknown>; finish_reason: string | null; [other: string]: unknown }[]
  usage?: unknown
  [other: string]: unknown
}

/** How a kind of server differs from OpenAI's, after its documentation and what its users report. */
export interface ProviderKind {
  /** What it refuses that OpenAI would take. */
  refusal?(request: ScriptedRequest): Refusal | undefined
  /** The body of its errors; default: OpenAI's. */
  error?(refusal: Refusal): unknown
  /** What its models say where they can't say it as the script has it. */
  reply?(reply: SpokenReply, request: ScriptedRequest): SpokenReply
  /** The events of its streams, made of OpenAI's; a string is sent as it is. */
  events?(chunks: Chunk[], completion: Completion): (Chunk | string)[]
}

/** OpenAI's form of an error. */
export function errorBody({ message, param, code }: Refusal): unknown {
  return { error: { message, type: 'scripted', code: code ?? null, param: param ?? null } }
}

/** The key of a request, as most servers want it. */
export function bearer({ headers }: ScriptedRequest): string | undefined {
  return /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1]
}

/** Each call in one event, before the event that ends the reply. */
export function wholeCalls(chunks: Chunk[], { message }: Completion, shape: (call: object, index: number) => object): Chunk[] {
  const [like] = chunks
  const calls = (message.tool_calls ?? []).map((call, index): Chunk => {
    return { ...like, choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [shape(call, index)] }, finish_reason: null }] }
  })
  const others = chunks.filter(({ choices }) => !choices.some(({ delta }) => delta?.['tool_calls']))
  const end = others.findIndex(({ choices }) => choices.some(({ finish_reason }) => finish_reason !== null))
  return [...others.slice(0, end), ...calls, ...others.slice(end)]
}

/** The events with every choice changed. */
export function withChoices(chunks: Chunk[], change: (choice: Chunk['choices'][number]) => Chunk['choices'][number]): Chunk[] {
  return chunks.map((chunk) => ({ ...chunk, choices: chunk.choices.map(change) }))
}

/** What a model says that was not given tools: its calls, written into the text. */
export function inWords(reply: SpokenReply, { tools }: ScriptedRequest): SpokenReply {
  const { toolCalls = [], ...rest } = reply
  if (tools.length > 0 || toolCalls.length === 0) return reply
  const calls = toolCalls.map(({ name, arguments: given = {} }) => ({ tool: name, arguments: given }))
  return { ...rest, text: `${rest.text ?? ''}\n\`\`\`json\n${JSON.stringify(calls.length === 1 ? calls[0] : calls, undefined, 1)}\n\`\`\`` }
}

/** The type of the response format that a request asks for. */
export function formatOf({ body }: ScriptedRequest): string | undefined {
  const format = body['response_format']
  return typeof format === 'object' && format !== null && 'type' in format ? String(format.type) : undefined
}
