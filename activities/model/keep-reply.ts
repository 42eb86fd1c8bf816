import { canonicalJson, refOf, replaceLargeStrings, utf8Bytes } from '../../contract/digest.ts'
import { type Json, type Text } from '../../contract/json.ts'
import { type Message, type ModelCall, type ModelReply, parseModel, type ToolCall, type Usage } from '../../contract/models.ts'
import { callBound, messageBytes } from '../../contract/tokens.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { modelFailure } from './errors.ts'
import { type RawReply } from './raw-reply.ts'
import { growth, readCalls } from './tool-calls.ts'
import { appendTranscript, type Conversation } from './transcript.ts'

const argumentBytes = 512
/** What all tool calls of a reply may have: a result over 64 KiB would be refused after the model was paid. */
const callsBytes = 40 * 1024
/** What a chat template puts around a message and around a tool call, at most. */
const framingTokens = 8

/** Keeps a reply and its conversation in the store, and makes the result of the call: small, whatever the model wrote. */
export async function keepReply(
  store: ArtifactStore,
  call: ModelCall,
  before: Conversation,
  sent: Message[],
  raw: RawReply,
): Promise<ModelReply> {
  const usage = raw.usage ?? boundOf(call, raw)
  if (raw.refusal !== '' || raw.finish === 'content_filter') throw refused(call.model, raw, usage)
  const takenIds = new Set(before.messages.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id)))
  const { provider } = parseModel(call.model)
  const whole = fitting(readCalls(raw.calls, raw.finish, { depth: before.hashes.length, takenIds }, provider))
  const texts: string[] = []
  const text = light(raw.text, call.inlineBytes, texts)
  const toolCalls = whole.map((toolCall) => lightCall(toolCall, texts))
  const thought = (reasoning: Text) => (raw.reasoning === '' ? {} : { reasoning: { text: reasoning, provider, ...backOf(raw) } })
  const messageOf = (content: Text, calls: ToolCall[], reasoning: Text): Message => ({
    role: 'assistant',
    content,
    ...(calls.length > 0 ? { toolCalls: calls } : {}),
    ...thought(reasoning),
  })
  const replyBytes = messageBytes(messageOf(raw.text, whole, raw.reasoning))
  const added = sent.slice(before.messages.length).reduce((sum, message) => sum + messageBytes(message), 0)
  const appended = appendTranscript(store, before, [...call.add, messageOf(text, toolCalls, light(raw.reasoning, argumentBytes, texts))])
  const [head] = await Promise.all([appended, ...texts.map((long) => store.put(long))])
  crashPoint('model.reply.kept')
  return {
    text,
    // What the provider wants back is in the conversation, and may be long.
    toolCalls: toolCalls.map(({ extra: _, ...toolCall }) => toolCall),
    finish: toolCalls.length > 0 && raw.finish !== 'length' ? 'tool_calls' : raw.finish === 'length' ? 'length' : 'stop',
    usage,
    replyBytes,
    transcript: {
      sha256: head,
      bytes: (call.transcript?.bytes ?? 0) + added + replyBytes,
      // With what sending the reply back adds to what was counted, so that it bounds the next call's input.
      tokens: usage.input + usage.output + growth(raw.calls, whole) + framingTokens * (1 + whole.length),
      model: call.model,
      ...(call.transcript?.compacted ? { compacted: true } : {}),
    },
  }
}

function backOf({ back }: RawReply): { back?: true } {
  return back ? { back } : {}
}

/** Without a count by the server, the most it can have counted. */
function boundOf(call: ModelCall, raw: RawReply): Usage {
  return { input: callBound(call), output: Math.min(raw.bytes, call.maxOutputTokens) }
}

function refused(model: string, { refusal }: RawReply, usage: Usage) {
  const why = refusal === '' ? 'the content filter stopped the reply' : refusal.replaceAll(/\s+/g, ' ').slice(0, 300)
  return modelFailure('Refused', `${model} refused: ${why}`, { charged: 'unknown', usage })
}

/** Calls that would make the result too large lose their arguments; the last ones of very many are dropped. */
function fitting(calls: ToolCall[]): ToolCall[] {
  const kept: ToolCall[] = []
  let bytes = 0
  for (const call of calls) {
    const size = bytesOf(call)
    const half = bytes + size > callsBytes / 2 && call.arguments !== undefined
    const { arguments: _, ...rest } = call
    const fit = half ? { ...rest, malformed: `the arguments have too many parts: ${size} bytes without their long texts` } : call
    bytes += half ? bytesOf(fit) : size
    if (bytes > callsBytes) break
    kept.push(fit)
  }
  return kept
}

function bytesOf(call: ToolCall): number {
  return utf8Bytes(canonicalJson(replaceLargeStrings(plain(call), argumentBytes, () => {})))
}

/** A text, or its reference when it is long; `texts` takes what is to be put into the store. */
function light(text: string, inlineBytes: number, texts: string[]): Text {
  if (utf8Bytes(text) <= inlineBytes) return text
  texts.push(text)
  return refOf(text)
}

function lightCall(call: ToolCall, texts: string[]): ToolCall {
  if (call.arguments === undefined) return call
  const members = Object.entries(call.arguments).map(([name, value]) => {
    return [name, replaceLargeStrings(value, argumentBytes, (text) => texts.push(text))] as const
  })
  return { ...call, arguments: Object.fromEntries(members) }
}

function plain({ id, name, arguments: given, malformed }: ToolCall): Json {
  return { id, name, arguments: given ?? null, malformed: malformed ?? null }
}
