import { bearer, formatOf, type ProviderKind } from './kind.ts'

/** Anthropic's OpenAI-compatible endpoint: response_format and reasoning_effort are taken and ignored, so its models talk around their JSON. */
export const anthropic: ProviderKind = {
  refusal: (request) => (bearer(request) ? undefined : { status: 401, message: 'invalid x-api-key', code: 'authentication_error' }),
  error: ({ message, code }) => ({ error: { code: code ?? 'invalid_request_error', message, type: 'invalid_request_error', param: null } }),
  reply: (reply, request) => (formatOf(request) ? { ...reply, text: 'It is as follows, more or less.' } : reply),
}
