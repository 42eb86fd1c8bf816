import { type ScriptedRequest, type SpokenReply } from './reply.ts'
import { scriptedTokens } from './tokens.ts'

/** A reply as the server sends it: cut to the allowance, with ids, and counted. */
export interface Completion {
  message: AssistantMessage
  reasoning: string
  finish: string
  tokens: { input: number; output: number; reasoning: number }
  reportUsage: boolean
}

interface AssistantMessage {
  role: 'assistant'
  content: string | null
  refusal?: string
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
}

/** Makes the completion of a reply; unless it overshoots, it has at most the request's `maxTokens`. */
export function completionOf(reply: SpokenReply, request: ScriptedRequest): Completion {
  const whole = messageOf(reply, request)
  const reasoning = reply.reasoning ?? ''
  const allowance = reply.overshoot || request.maxTokens === undefined ? Infinity : request.maxTokens
  const kept = cutTo(allowance, whole, reasoning)
  const cut = kept.message !== whole || kept.reasoning !== reasoning
  const reasoningTokens = kept.reasoning === '' ? 0 : scriptedTokens(kept.reasoning)
  const override = typeof reply.usage === 'object' ? reply.usage : {}
  return {
    ...kept,
    finish: reply.finish ?? (cut ? 'length' : whole.tool_calls ? 'tool_calls' : 'stop'),
    tokens: {
      input: override.input ?? inputTokens(request),
      output: override.output ?? Math.min(scriptedTokens(kept.message) + reasoningTokens, allowance),
      reasoning: override.reasoning ?? reasoningTokens,
    },
    reportUsage: reply.usage !== 'missing',
  }
}

/** The prompt tokens of a request: messages, tools and response format. */
export function inputTokens({ body }: ScriptedRequest): number {
  return scriptedTokens([body['messages'], body['tools'] ?? null, body['response_format'] ?? null])
}

function messageOf(reply: SpokenReply, request: ScriptedRequest): AssistantMessage {
  const calls = reply.toolCalls ?? []
  return {
    role: 'assistant',
    content: reply.text ?? (calls.length > 0 || reply.refusal !== undefined ? null : ''),
    ...(reply.refusal === undefined ? {} : { refusal: reply.refusal }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call, index) => ({
            id: call.id ?? `call_${request.messages.length}_${index}`,
            type: 'function' as const,
            function: {
              name: call.name,
              arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments ?? {}),
            },
          })),
        }),
  }
}

/** Cuts from the end: arguments of the last call, whole calls, text, reasoning. */
function cutTo(allowance: number, message: AssistantMessage, reasoning: string) {
  const tokens = (part: AssistantMessage, thought: string) => scriptedTokens(part) + (thought === '' ? 0 : scriptedTokens(thought))
  const fits = (part: AssistantMessage, thought = reasoning) => tokens(part, thought) <= allowance
  if (fits(message)) return { message, reasoning }
  const { tool_calls: calls = [], ...words } = message
  for (let count = calls.length; count > 0; count -= 1) {
    const before = calls.slice(0, count - 1)
    const last = calls[count - 1]
    if (last === undefined) continue
    const withArguments = (length: number): AssistantMessage => ({
      ...words,
      tool_calls: [...before, { ...last, function: { ...last.function, arguments: last.function.arguments.slice(0, length) } }],
    })
    if (fits(withArguments(0)))
      return { message: withArguments(longest(last.function.arguments.length, (n) => fits(withArguments(n)))), reasoning }
  }
  const withText = (length: number): AssistantMessage => ({ ...words, content: (words.content ?? '').slice(0, length) })
  if (fits(withText(0))) return { message: withText(longest(words.content?.length ?? 0, (n) => fits(withText(n)))), reasoning }
  const empty = withText(0)
  return {
    message: empty,
    reasoning: reasoning.slice(
      0,
      longest(reasoning.length, (n) => fits(empty, reasoning.slice(0, n))),
    ),
  }
}

/** The largest length that fits, where 0 does. */
function longest(length: number, fits: (length: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}
