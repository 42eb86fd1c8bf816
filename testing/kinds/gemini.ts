import { type ScriptedMessage } from '../reply.ts'
import { bearer, type ProviderKind, wholeCalls, withChoices } from './kind.ts'

const signature = 'EjQKMgEMOdbHJChLX75QUCJjyYlm'.repeat(40)

/** Gemini's OpenAI-compatible endpoint: errors in a list, whole calls without an index that end as `stop`, and a signature of the thought that must come back. */
export const gemini: ProviderKind = {
  refusal(request) {
    if (!bearer(request)) return { status: 400, message: 'Missing or invalid Authorization header.', code: 'INVALID_ARGUMENT' }
    const unsigned = request.messages.some(({ tool_calls: calls }) => calls?.[0] && !isSigned(calls[0]))
    if (!unsigned) return undefined
    return { status: 400, message: 'Function call is missing a thought_signature in functionCall parts.', code: 'INVALID_ARGUMENT' }
  },
  error: ({ status, message, code = 'INTERNAL' }) => [{ error: { code: status, message, status: code } }],
  events(chunks, completion) {
    const said = wholeCalls(chunks, completion, (call, index) => ({
      ...call,
      // Only the first of parallel calls is signed.
      ...(index === 0 ? { extra_content: { google: { thought_signature: signature } } } : {}),
    }))
    const usage = chunks.at(-1)?.usage
    return withChoices(said, (choice) => ({
      ...choice,
      finish_reason: choice.finish_reason === 'tool_calls' ? 'stop' : choice.finish_reason,
    }))
      .filter(({ choices }) => choices.length > 0)
      .map((chunk) => ({ ...chunk, ...(usage ? { usage } : {}) }))
  },
}

function isSigned(call: NonNullable<ScriptedMessage['tool_calls']>[number]): boolean {
  return JSON.stringify(call).includes(`"extra_content":{"google":{"thought_signature":"${signature}"}}`)
}
