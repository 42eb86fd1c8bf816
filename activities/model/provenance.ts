import { askPerson } from '../../contract/ask-person.ts'
import { canonicalJson } from '../../contract/digest.ts'
import { dataText } from '../../contract/data-text.ts'
import { type Message, type ToolCall } from '../../contract/models.ts'

/** Tools whose answers are a person's words or our own. */
const trusted = new Set<string>([askPerson.name, 'finish'])

/** The conversation as a model is given it: what tools answered, and what came from elsewhere, stands between marks that name its source. Resolved messages only. */
export function withSources(messages: Message[]): Message[] {
  const calls = new Map<string, ToolCall>()
  return messages.map((message) => {
    for (const call of message.toolCalls ?? []) calls.set(call.id, call)
    const source = message.source ?? (message.role === 'tool' ? sourceOf(calls.get(message.toolCallId ?? '')) : undefined)
    if (source === undefined) return message
    const { content } = message
    return { ...message, content: dataText(source, typeof content === 'string' ? content : canonicalJson(content)) }
  })
}

/** Arguments that say what was looked at. */
const places = ['path', 'url', 'query', 'pattern', 'command', 'name']

/** The tool, and what it looked at. */
function sourceOf(call: ToolCall | undefined): string | undefined {
  if (!call) return 'a tool'
  if (trusted.has(call.name)) return undefined
  const first = places.map((place) => call.arguments?.[place]).find((value) => typeof value === 'string')
  return typeof first === 'string' ? `${call.name} ${first.split('\n', 1)[0] ?? ''}` : call.name
}
