import type OpenAI from 'openai'
import { z } from 'zod'
import { canonicalJson } from '../../contract/digest.ts'
import { type Message, type ModelCall, type ToolCall } from '../../contract/models.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { resolveText } from '../artifacts/texts.ts'

const OfferedTools = z.array(z.object({ name: z.string(), description: z.string(), schema: z.record(z.string(), z.json()) }))

/** A tool as the model is told of it. */
export type OfferedTool = z.output<typeof OfferedTools>[number]

/** Reads the list of tools of a call. */
export async function readTools(store: ArtifactStore, { tools, toolList }: Pick<ModelCall, 'tools' | 'toolList'>): Promise<OfferedTool[]> {
  return tools ? OfferedTools.parse(JSON.parse(toolList ?? (await resolveText(store, tools)))) : []
}

/** A tool as chat completions have it. */
export function wireTool({ name, description, schema }: OfferedTool): OpenAI.ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: schema } }
}

/** A message, its references resolved, as the chat completions of a provider have it. */
export function wireMessage(message: Message, provider: string): OpenAI.ChatCompletionMessageParam {
  const { role, content, toolCalls, toolCallId } = message
  const text = typeof content === 'string' ? content : canonicalJson(content)
  if (role === 'tool') return { role, content: text, tool_call_id: toolCallId ?? '' }
  const calls = (toolCalls ?? []).map((call) => wireCall(call, provider))
  if (role !== 'assistant') return { role, content: text }
  const said = calls.length === 0 ? { role, content: text } : { role, content: text === '' ? null : text, tool_calls: calls }
  const { reasoning } = message
  return reasoning?.back && reasoning.provider === provider ? Object.assign(said, { reasoning_content: reasoning.text }) : said
}

/** A malformed call is sent back as one without arguments; its result says what was wrong. */
function wireCall({ id, name, arguments: given, extra }: ToolCall, provider: string): OpenAI.ChatCompletionMessageFunctionToolCall {
  const call = { id, type: 'function' as const, function: { name, arguments: canonicalJson(given ?? {}) } }
  return extra?.provider === provider ? Object.assign(call, { extra_content: extra.content }) : call
}
