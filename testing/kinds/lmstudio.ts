import { formatOf, type ProviderKind, wholeCalls } from './kind.ts'

/** LM Studio: errors that are only words, no json_object, and calls in one piece with numbers as ids. */
export const lmstudio: ProviderKind = {
  refusal(request) {
    const format = formatOf(request)
    if (format === undefined || format === 'json_schema' || format === 'text') return undefined
    return { status: 400, message: "'response_format.type' must be 'json_schema' or 'text'" }
  },
  error: ({ message }) => ({ error: message }),
  events: (chunks, completion) => wholeCalls(chunks, completion, (call, index) => ({ ...call, index, id: String(365_174_485 + index) })),
}
