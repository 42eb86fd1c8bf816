import { canonicalJson } from '../../contract/digest.ts'
import { type Json } from '../../contract/json.ts'
import { type Ability } from '../../contract/abilities.ts'
import { type Message } from '../../contract/models.ts'
import { isObject } from '../../contract/structured.ts'
import { jsonIn } from './json-in.ts'
import { type RawCall, type RawReply } from './raw-reply.ts'
import { type OfferedTool } from './wire.ts'

const howToCall = `You have the tools listed here. To call one, write a JSON object {"tool": NAME, "arguments": {…}} and nothing else; several calls are a list of such objects.
What they answer comes with the next message. A reply without a call ends your work.`

/** The conversation as a server takes it that lacks tools or messages of the system: with its roles in turn. Resolved messages only. */
export function inWords(messages: Message[], tools: OfferedTool[], lacks: Ability[]): Message[] {
  if (!lacks.includes('tools') && !lacks.includes('system')) return messages
  const told = lacks.includes('tools') ? withTools(messages.map(inPlainRole), tools) : messages
  const said = lacks.includes('system')
    ? told.map((message) => (message.role === 'system' ? { ...message, role: 'user' as const } : message))
    : told
  return said.reduce<Message[]>(joined, [])
}

/** The calls that a model wrote into its text; a text without any stays as it is. */
export function callsInWords(raw: RawReply, tools: OfferedTool[]): RawReply {
  if (raw.calls.length > 0 || raw.finish === 'length') return raw
  const found = jsonIn(raw.text)
  const calls = (Array.isArray(found) ? found : [found]).flatMap((value) => callOf(value, tools) ?? [])
  if (calls.length === 0) return raw
  const [before = ''] = raw.text.split(/```|<tool_call>|[[{]/, 1)
  return { ...raw, text: before.trimEnd(), calls, finish: 'tool_calls' }
}

/** Many models were taught another form than the one that is asked for. */
function callOf(value: Json | undefined, tools: OfferedTool[]): RawCall | undefined {
  if (!isObject(value)) return undefined
  const { tool, name = tool, arguments: given, parameters = given } = value
  if (typeof name !== 'string' || (tool === undefined && !tools.some((offered) => offered.name === name))) return undefined
  return { id: '', name, arguments: typeof parameters === 'string' ? parameters : JSON.stringify(parameters ?? {}) }
}

function inPlainRole({ role, content, toolCalls = [] }: Message, index: number, all: Message[]): Message {
  if (role === 'tool') {
    const first = all.findLastIndex((message, before) => before < index && message.role !== 'tool')
    return { role: 'user', content: `Result of call ${index - first}:\n${plain(content)}` }
  }
  const calls = toolCalls.map(({ name, arguments: given }) => canonicalJson({ tool: name, arguments: given ?? {} }))
  const written = calls.length > 1 ? [`[${calls.join(',\n')}]`] : calls
  return { role, content: [plain(content), ...written].filter((part) => part !== '').join('\n') }
}

/** The tools stand in the first message, whoever says it. */
function withTools([first, ...rest]: Message[], tools: OfferedTool[]): Message[] {
  if (!first || tools.length === 0) return first ? [first, ...rest] : []
  const list = tools.map(({ name, description, schema }) => `- ${name}: ${description}\n  arguments: ${canonicalJson(schema)}`)
  return [{ ...first, content: `${plain(first.content)}\n\n${howToCall}\n${list.join('\n')}` }, ...rest]
}

function joined(before: Message[], message: Message): Message[] {
  const last = before.at(-1)
  const joins = last && last.role === message.role && message.role !== 'tool' && !last.toolCalls && !message.toolCalls
  if (!joins) return [...before, message]
  return [...before.slice(0, -1), { ...last, content: `${plain(last.content)}\n\n${plain(message.content)}` }]
}

function plain(content: Message['content']): string {
  return typeof content === 'string' ? content : canonicalJson(content)
}
