import { inWords, type ProviderKind, wholeCalls, withChoices } from './kind.ts'

/** Ollama: no key, every call whole and with the index 0, thoughts as `reasoning`; models called `…-plain` have no template for tools, and `missing` was not pulled. */
export const ollama: ProviderKind = {
  refusal({ model, tools, body }) {
    if (model === 'missing') return { status: 404, message: `model "${model}" not found, try pulling it first` }
    if (model.endsWith('-plain') && tools.length > 0)
      return { status: 400, message: `registry.ollama.ai/library/${model} does not support tools` }
    if ('reasoning_effort' in body) return { status: 400, message: `"${model}" does not support thinking` }
    return undefined
  },
  error: ({ message }) => ({ error: { message, type: 'api_error', param: null, code: null } }),
  reply: inWords,
  events: (chunks, completion) =>
    withChoices(
      wholeCalls(chunks, completion, (call) => ({ index: 0, ...call })),
      ({ delta: { reasoning_content: reasoning, ...delta } = {}, ...choice }) => ({
        ...choice,
        delta: reasoning === undefined ? delta : { ...delta, reasoning },
      }),
    ),
}
