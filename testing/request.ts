import { type IncomingMessage } from 'node:http'
import { refusalOf } from './conversation.ts'
import { type ScriptedMessage, type ScriptedRequest } from './reply.ts'

/** Reads a chat-completions request; a string says what is wrong with it. */
export async function readRequest(incoming: IncomingMessage, count: number): Promise<ScriptedRequest | string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = parse(Buffer.concat(chunks).toString())
  if (body === undefined) return 'the body is not a JSON object'
  const { model, messages, tools = [] } = body
  if (typeof model !== 'string') return 'model is missing'
  if (!isMessages(messages) || messages.length === 0) return 'messages is missing'
  if (!Array.isArray(tools)) return 'tools is not a list'
  const refusal = refusalOf(messages)
  if (refusal !== undefined) return refusal
  const maxTokens = body['max_completion_tokens'] ?? body['max_tokens']
  return {
    model,
    messages,
    tools: tools.map(toolOf),
    count,
    url: incoming.url ?? '/',
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    ...(typeof maxTokens === 'number' ? { maxTokens } : {}),
    stream: body['stream'] === true,
    body,
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function toolOf(tool: unknown): ScriptedRequest['tools'][number] {
  const described = isObject(tool) && isObject(tool['function']) ? tool['function'] : {}
  const { name, description, parameters } = described
  return { name: textOf(name), description: textOf(description), schema: parameters }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isMessages(value: unknown): value is ScriptedMessage[] {
  return Array.isArray(value) && value.every((message) => isObject(message) && typeof message['role'] === 'string')
}
