import { type ProviderKind, withChoices } from './kind.ts'
import { openai } from './openai.ts'

const safe = { hate: { filtered: false, severity: 'safe' }, violence: { filtered: false, severity: 'safe' } }

/** Azure OpenAI: the key in `api-key`, deployments and versions in the URL, and a content filter that speaks in every event. */
export const azure: ProviderKind = {
  refusal(request) {
    const url = new URL(request.url, 'http://127.0.0.1')
    const atDeployment = /\/openai\/deployments\/[^/]+\/chat\/completions$/.test(url.pathname) && url.searchParams.has('api-version')
    if (!atDeployment && !url.pathname.endsWith('/openai/v1/chat/completions'))
      return { status: 404, message: 'Resource not found', code: '404' }
    if (!request.headers['api-key'] || request.headers['authorization'])
      return { status: 401, message: 'Access denied due to invalid subscription key or wrong API endpoint.', code: '401' }
    return openai.refusal?.({ ...request, headers: { authorization: 'Bearer key' } })
  },
  error: ({ message, code, param, status }) => ({ error: { code: code ?? String(status), message, ...(param ? { param } : {}) } }),
  events(chunks) {
    const first = {
      id: '',
      object: '',
      created: 0,
      model: '',
      choices: [],
      prompt_filter_results: [{ prompt_index: 0, content_filter_results: safe }],
    }
    const offsets = { check_offset: 4_522, start_offset: 4_522, end_offset: 4_686 }
    const filtered = { index: 0, finish_reason: null, content_filter_results: safe, content_filter_offsets: offsets }
    const said = withChoices(chunks, (choice) => ({ ...choice, content_filter_results: safe })).map((chunk) => ({ usage: null, ...chunk }))
    // The asynchronous filter has its say without a delta, also after the end.
    return [first, ...said, { id: '', object: '', created: 0, model: '', choices: [filtered] }]
  },
}
