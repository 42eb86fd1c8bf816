import { bearer, type ProviderKind, withChoices } from './kind.ts'

/** OpenRouter: comments between the events, reasoning under its own name, and the usage with a choice beside it. */
export const openrouter: ProviderKind = {
  refusal: (request) => (bearer(request) ? undefined : { status: 401, message: 'No auth credentials found' }),
  error: ({ status, message }) => ({ error: { code: status, message } }),
  events(chunks) {
    const [like] = chunks
    const said = withChoices(chunks, ({ delta: { reasoning_content, ...delta } = {}, ...choice }) => ({
      ...choice,
      delta: { ...delta, ...(reasoning_content === undefined ? {} : { reasoning: reasoning_content }) },
      native_finish_reason: choice.finish_reason === 'tool_calls' ? 'tool_use' : choice.finish_reason,
    })).map((chunk) => ({
      ...chunk,
      provider: 'Scripted',
      ...(chunk.usage ? { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] } : {}),
    }))
    return [': OPENROUTER PROCESSING\n\n', ': OPENROUTER PROCESSING\n\n', ...said.slice(0, 1), { ...like, choices: [] }, ...said.slice(1)]
  },
}
