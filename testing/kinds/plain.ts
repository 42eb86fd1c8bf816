import { formatOf, inWords, type ProviderKind, withChoices } from './kind.ts'

/** A server that knows messages and nothing else: no tools, no formats, no count of tokens, an empty reason with every piece, and none at the end. */
export const plain: ProviderKind = {
  refusal(request) {
    const unknown = ['stream_options', 'response_format', 'reasoning_effort'].find((name) => name in request.body)
    if (request.tools.length > 0) return { status: 500, message: 'tools param requires --jinja flag' }
    if (unknown === undefined) return undefined
    const message = formatOf(request) ? 'Input should be nothing' : 'Extra inputs are not permitted'
    return { status: 422, message, param: unknown }
  },
  error: ({ message, param }) =>
    param ? { detail: [{ loc: ['body', param], msg: message, type: 'extra_forbidden' }] } : { detail: message },
  reply: (reply, request) => ({ ...inWords(reply, request), usage: 'missing' }),
  events: (chunks) => withChoices(chunks, (choice) => ({ ...choice, finish_reason: '' })),
}
