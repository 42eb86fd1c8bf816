import { bearer, type ProviderKind } from './kind.ts'

/** OpenAI's newer models: the output cap has its new name, and a key is needed. */
export const openai: ProviderKind = {
  refusal(request) {
    if (!bearer(request)) return { status: 401, message: 'Missing bearer authentication in header', code: 'invalid_api_key' }
    if (!('max_tokens' in request.body)) return undefined
    const message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    return { status: 400, message, param: 'max_tokens', code: 'unsupported_parameter' }
  },
}
