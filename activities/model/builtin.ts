import { type Message, type ModelName } from '../../contract/models.ts'
import { modelFailure } from './errors.ts'
import { type RawReply } from './raw-reply.ts'

/** The only model without a server. */
export const builtinModel = 'builtin/repair'

/** A fixed policy in a model's place: it calls the tool `repair`, then finishes with the last line of what that said. It costs nothing. */
export function builtinReply({ provider, model }: ModelName, messages: Message[], tools: { name: string }[]): RawReply {
  const offers = (tool: string) => tools.some(({ name }) => name === tool)
  if (`${provider}/${model}` !== builtinModel)
    throw modelFailure('ModelNotFound', `there is no model ${provider}/${model}, only ${builtinModel}`, { charged: 'no' })
  if (!offers('repair'))
    throw modelFailure('BadRequest', `${builtinModel} only repairs programs: it needs the tool repair, which is not offered here`, {
      charged: 'no',
    })
  const result = repairResult(messages)
  if (result === undefined) return said('', 'repair', {})
  const answer = result.trimEnd().split('\n').at(-1) ?? ''
  return offers('finish') ? said('', 'finish', { answer }) : said(answer)
}

/** The text of the last message, if it is a result of `repair`. */
function repairResult(messages: Message[]): string | undefined {
  const last = messages.at(-1)
  if (last?.role !== 'tool' || typeof last.content !== 'string') return undefined
  const asked = messages.findLast(({ toolCalls }) => toolCalls?.some(({ id }) => id === last.toolCallId))
  return asked?.toolCalls?.some(({ id, name }) => id === last.toolCallId && name === 'repair') ? last.content : undefined
}

function said(text: string, tool?: string, given?: Record<string, string>): RawReply {
  const calls = tool === undefined ? [] : [{ id: '', name: tool, arguments: JSON.stringify(given) }]
  return {
    text,
    calls,
    finish: calls.length > 0 ? 'tool_calls' : 'stop',
    refusal: '',
    reasoning: '',
    usage: { input: 0, output: 0 },
    bytes: 0,
  }
}
