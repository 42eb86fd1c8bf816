import { formatOf, type ProviderKind, wholeCalls, withChoices } from './kind.ts'

const reasons: Record<string, string> = { stop: 'eos_token', tool_calls: 'end_turn', length: 'MAX_TOKENS', content_filter: 'SAFETY' }

/** What was seen of many servers at once: calls without id and index whose arguments are an object, reasons of their own, no content, no count of tokens, JSON only as an object. */
export const odd: ProviderKind = {
  refusal: (request) =>
    formatOf(request) === 'json_schema' || request.body['tool_choice'] ? { status: 422, message: 'this is not supported yet' } : undefined,
  reply: (reply) => ({ ...reply, usage: 'missing' }),
  events: (chunks, completion) =>
    withChoices(
      wholeCalls(chunks, completion, (call) => asObject(call)),
      ({ delta, finish_reason: reason, ...choice }) => ({
        ...choice,
        delta: delta?.['content'] === '' ? { ...delta, content: null } : { ...delta },
        finish_reason: reason === null ? null : (reasons[reason] ?? reason),
      }),
    ),
}

function asObject(call: object): object {
  const { name, arguments: given } =
    'function' in call ? (call.function as { name: string; arguments: string }) : { name: '', arguments: '{}' }
  return { type: 'function', function: { name, arguments: JSON.parse(given) as unknown } }
}
