import { inWords, type ProviderKind, withChoices } from './kind.ts'

/** vLLM as many start it: without the flags for tools, with a template that knows no system and wants roles in turn, and errors without the word `error`. */
export const vllm: ProviderKind = {
  refusal({ messages, tools, body }) {
    if (tools.length > 0 && body['tool_choice'] === undefined)
      return { status: 400, message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set' }
    if (messages.some(({ role }) => role === 'system')) return { status: 400, message: 'System role not supported' }
    const inTurn = messages.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant'))
    return inTurn ? undefined : { status: 400, message: 'Conversation roles must alternate user/assistant/user/assistant/...' }
  },
  error: ({ status, message }) => ({ object: 'error', message, type: 'BadRequestError', param: null, code: status }),
  reply: inWords,
  events: (chunks) => withChoices(chunks, (choice) => ({ ...choice, stop_reason: null })),
}
