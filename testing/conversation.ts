import { type ScriptedMessage } from './reply.ts'

/** Why a provider would refuse the conversation, or undefined: roles, names, and a result for every tool call. */
export function refusalOf(messages: ScriptedMessage[]): string | undefined {
  let open = new Map<string, string>()
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`
    if (message.role === 'tool') {
      if (typeof message.content !== 'string') return `${where}: a tool result needs text`
      if (message.tool_call_id === undefined || !open.delete(message.tool_call_id))
        return `${where}: 'tool' must follow a message whose 'tool_calls' has the id ${JSON.stringify(message.tool_call_id)}`
      continue
    }
    if (open.size > 0) return `${where}: the tool calls ${[...open.keys()].join(', ')} have no result`
    if (!['system', 'developer', 'user', 'assistant'].includes(message.role)) return `${where}: unknown role ${message.role}`
    if (message.tool_calls === undefined) {
      if (typeof message.content !== 'string' && !Array.isArray(message.content)) return `${where}: content is missing`
      continue
    }
    if (message.tool_calls.length === 0) return `${where}: tool_calls is empty`
    open = new Map()
    for (const call of message.tool_calls) {
      const why = callRefusal(call)
      if (why !== undefined) return `${where}: ${why}`
      if (open.has(call.id)) return `${where}: two tool calls have the id ${call.id}`
      open.set(call.id, call.function.name)
    }
  }
  return open.size > 0 ? `the tool calls ${[...open.keys()].join(', ')} have no result` : undefined
}

function callRefusal(call: NonNullable<ScriptedMessage['tool_calls']>[number]): string | undefined {
  if (typeof call.id !== 'string' || call.id === '' || call.id.length > 40) return 'a tool call needs an id of at most 40 characters'
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(call.function.name)) return `the name ${JSON.stringify(call.function.name)} is not one of a function`
  try {
    JSON.parse(call.function.arguments)
    return undefined
  } catch {
    return 'arguments are not JSON'
  }
}
