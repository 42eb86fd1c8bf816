import { type Reply, type ScriptedRequest, type ScriptedToolCall } from './reply.ts'

/**
 * A script for a model that works through tool calls: one turn per item, several calls in one turn as a list, `last` once all are made.
 * The turn is counted in the conversation (its assistant messages), so that a request asked again, also by another worker, gets the same
 * reply, and every fresh conversation begins anew.
 */
export function scriptOfToolCalls(
  turns: (ScriptedToolCall | ScriptedToolCall[])[],
  last: Reply = 'Done.',
): (request: ScriptedRequest) => Reply {
  return ({ messages }) => {
    const turn = turns[messages.filter(({ role }) => role === 'assistant').length]
    return turn === undefined ? last : { toolCalls: Array.isArray(turn) ? turn : [turn] }
  }
}
