import { z } from 'zod'

/** What a server says about an error, in the form of OpenAI's. */
export interface SaidError {
  message: string
  code?: string
  type?: string
  param?: string
  /** Seconds, where the body has what a Retry-After header would say. */
  retryAfter?: string
}

const Text = z.union([z.string(), z.number().transform(String)]).nullish()
const Detailed = z.looseObject({
  message: z.unknown(),
  code: Text.catch(undefined),
  type: Text.catch(undefined),
  status: Text.catch(undefined),
  param: Text.catch(undefined),
  details: z
    .array(z.looseObject({ retryDelay: z.string().optional().catch(undefined) }))
    .optional()
    .catch(undefined),
  metadata: z.looseObject({ reasons: z.unknown().optional(), flagged_input: z.unknown().optional() }).nullish().catch(undefined),
})

/** The error in a body or an event: OpenAI's form, only words (Ollama, LM Studio), in a list (Gemini), or of a choice (OpenRouter). */
export function errorIn(value: unknown): SaidError | undefined {
  if (Array.isArray(value)) return isObject(value[0]) && 'error' in value[0] ? errorIn(value[0]) : undefined
  if (!isObject(value)) return undefined
  if (value['error']) return said(value['error'])
  const choice = Array.isArray(value['choices']) ? value['choices'][0] : undefined
  return isObject(choice) && choice['error'] ? said(choice['error']) : undefined
}

/** The error that the body of an error status is, also without the word `error` (vLLM, Mistral, FastAPI). */
export function errorOfBody(value: unknown): SaidError | undefined {
  const inside = errorIn(value)
  if (inside || !isObject(value)) return inside
  if ('detail' in value) return { message: words(value['detail']) }
  return 'message' in value ? said(value) : undefined
}

/** The same response; the body of an error status is in OpenAI's form, which is the only one that the client reads. */
export async function readable(response: Response): Promise<Response> {
  if (response.ok || !response.body) return response
  // One that breaks off or has no measure says nothing; its status still does.
  const text = await response.text().catch(() => '')
  const error = errorOfBody(parse(text))
  const { status, statusText, headers } = response
  return new Response(error ? JSON.stringify({ error }) : text || null, { status, statusText, headers: headersOf(headers, error) })
}

function said(error: unknown): SaidError {
  const { success, data } = Detailed.safeParse(error)
  if (!success) return { message: words(error) }
  const { message, metadata, details = [] } = data
  const delay = details.find(({ retryDelay }) => retryDelay)?.retryDelay
  // OpenRouter's moderation is a 403 with its reasons beside the message.
  const code = metadata?.reasons || metadata?.flagged_input ? 'content_filter' : data.code
  const type = data.type ?? data.status
  return {
    message: words(message === undefined ? error : message),
    ...(code ? { code } : {}),
    ...(type ? { type } : {}),
    ...(data.param ? { param: data.param } : {}),
    ...(delay ? { retryAfter: delay.replace(/s$/, '') } : {}),
  }
}

/** FastAPI's complaints are a list of what is wrong where. */
function words(value: unknown): string {
  if (typeof value === 'string') return value
  const list = Array.isArray(value) ? value : isObject(value) && Array.isArray(value['detail']) ? value['detail'] : undefined
  const complaints = list?.filter(isObject).map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : ''}: ${String(msg)}`)
  return complaints && complaints.length > 0 ? complaints.join('; ') : JSON.stringify(value)
}

/** Those that still hold for the new body. */
function headersOf(headers: Headers, error: SaidError | undefined): Headers {
  const kept = new Headers(headers)
  if (error?.retryAfter && !kept.has('retry-after')) kept.set('retry-after', error.retryAfter)
  for (const name of ['content-length', 'content-encoding']) kept.delete(name)
  return kept
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
