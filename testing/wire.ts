import { type Completion } from './completion.ts'
import { type Chunk, type ProviderKind } from './kinds/kind.ts'
import { type ScriptedRequest } from './reply.ts'

const pieceCharacters = 40

/** The body of a completion: server-sent events, or JSON where the request does not stream. */
export function bodyOf(completion: Completion, request: ScriptedRequest, { events }: ProviderKind): string {
  const base = { id: `chatcmpl-${request.count}`, created: 0, model: request.model }
  const usage = {
    prompt_tokens: completion.tokens.input,
    completion_tokens: completion.tokens.output,
    total_tokens: completion.tokens.input + completion.tokens.output,
    completion_tokens_details: { reasoning_tokens: completion.tokens.reasoning },
  }
  const { message, reasoning, finish, reportUsage } = completion
  if (!request.stream) {
    const spoken = reasoning === '' ? message : { ...message, reasoning_content: reasoning }
    const choices = [{ index: 0, message: spoken, finish_reason: finish, logprobs: null }]
    return JSON.stringify({ ...base, object: 'chat.completion', choices, ...(reportUsage ? { usage } : {}) })
  }
  const event = (rest: Pick<Chunk, 'choices' | 'usage'>): Chunk => ({ ...base, object: 'chat.completion.chunk', ...rest })
  const delta = (change: object, reason: string | null = null) =>
    event({ choices: [{ index: 0, delta: { ...change }, finish_reason: reason, logprobs: null }] })
  const chunks = [
    delta({ role: 'assistant', content: '' }),
    ...pieces(reasoning).map((piece) => delta({ reasoning_content: piece })),
    ...pieces(message.content ?? '').map((piece) => delta({ content: piece })),
    ...pieces(message.refusal ?? '').map((piece) => delta({ refusal: piece })),
    ...callDeltas(completion).map((change) => delta(change)),
    delta({}, finish),
    ...(reportUsage && includesUsage(request) ? [event({ choices: [], usage })] : []),
  ]
  const sent = events?.(chunks, completion) ?? chunks
  return [...sent.map((chunk) => (typeof chunk === 'string' ? chunk : `data: ${JSON.stringify(chunk)}\n\n`)), 'data: [DONE]\n\n'].join('')
}

function callDeltas({ message }: Completion): object[] {
  return (message.tool_calls ?? []).flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }] },
    ...pieces(call.function.arguments).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ])
}

function includesUsage({ body }: ScriptedRequest): boolean {
  const options = body['stream_options']
  return typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true
}

/** Long texts go in pieces that grow, so that a reply of megabytes is some hundred events. */
function pieces(text: string): string[] {
  const size = Math.max(pieceCharacters, Math.ceil(text.length / 200))
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size))
}
