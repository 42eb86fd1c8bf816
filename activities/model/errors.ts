import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common'
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { type ModelError, type ModelErrorDetail, modelErrors } from '../../contract/failures.ts'
import { NotAChunk } from './collect.ts'
import { lackIn, refusesForm, type Sent } from './lacks.ts'
import { type Provider } from './providers.ts'
import { retryAfterMilliseconds } from './retry-after.ts'

/** A model error as `ask` reads it; expected, so it stays out of error metrics. */
export function modelFailure(type: ModelError, message: string, detail: ModelErrorDetail): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, category: ApplicationFailureCategory.BENIGN, details: [detail] })
}

/** Turns what the client threw into a model error; what is already a failure passes. */
export function modelErrorOf(error: unknown, provider: Provider, model: string, sent: Sent): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error
  if (error instanceof APIConnectionTimeoutError)
    return modelFailure('TimedOut', `the connection to ${provider.url} timed out`, { charged: 'unknown' })
  if (error instanceof APIConnectionError) return connectionFailure(error, provider)
  if (error instanceof APIError) return refusalOf(error, provider, model, sent)
  if (error instanceof NotAChunk || error instanceof SyntaxError)
    return modelFailure('ServerError', `${provider.url} sent something that is not a chat completion`, { charged: 'unknown' })
  return modelFailure('ConnectionFailed', `the connection to ${provider.url} broke (${codeOf(error)})`, { charged: 'unknown' })
}

const neverConnected = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS.*|.*CERT.*)$/

function connectionFailure(error: APIConnectionError, { url }: Provider): ApplicationFailure {
  const code = codeOf(error)
  if (!neverConnected.test(code))
    return modelFailure('ConnectionFailed', `the connection to ${url} broke (${code})`, { charged: 'unknown' })
  return modelFailure('ConnectionFailed', `nothing answers at ${url} (${code}): is the server running there?`, { charged: 'no' })
}

/** The deepest code in the chain of causes: fetch hides the reason two levels down. */
function codeOf(error: unknown): string {
  let code = 'no reason given'
  let at = error
  for (let level = 0; level < 8 && typeof at === 'object' && at !== null; level++) {
    if ('code' in at && typeof at.code === 'string') code = at.code
    at = 'cause' in at ? at.cause : undefined
  }
  return code
}

/** Some servers answer 404 or 500 to what they can't do. */
const mayLack: ModelError[] = ['BadRequest', 'ModelNotFound', 'ServerError']

/** An error status, or an error in the middle of a stream (then without a status, and the work may have been charged). */
function refusalOf(error: APIError, provider: Provider, model: string, sent: Sent): ApplicationFailure {
  const midway = error.status === undefined
  const status = error.status ?? (Number.isInteger(Number(error.code)) ? Number(error.code) : undefined)
  const said = excerpt(error.message.replace(/^\d{3} /, ''), provider.key)
  const kind = classify(status, `${error.code ?? ''} ${error.type ?? ''}`, said)
  const words = mayLack.includes(kind) ? `${error.param ?? ''} ${said}` : ''
  const lacks = lackIn(words, sent)
  const type = lacks || refusesForm(words, sent) ? 'BadRequest' : kind
  const retryAfter = retryAfterMilliseconds(error.headers?.get('retry-after'), Date.now())
  return modelFailure(type, `${sentences[type](provider, model)}${status === undefined ? '' : ` (${status})`}: ${said}`, {
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retryAfterMilliseconds: retryAfter }),
    ...(lacks ? { lacks } : {}),
    // After a time-out at the provider's side the model may have done its work.
    charged: midway || status === 408 || status === 504 ? 'unknown' : 'no',
  })
}

const sentences: Record<ModelError, (provider: Provider, model: string) => string> = {
  RateLimited: ({ name }) => `${name} limits the rate`,
  ServerError: ({ name }) => `${name} has a problem`,
  ConnectionFailed: ({ name }) => `the connection to ${name} failed`,
  TimedOut: ({ name }) => `${name} timed out`,
  Unauthorized: ({ name, keyVariable }) => `${name} does not accept the key in ${keyVariable}, or what it has paid for`,
  ModelNotFound: ({ url }, model) => `${url} has no model ${model}, or is not a base URL`,
  BadRequest: ({ name }) => `${name} refused the request`,
  Skipped: ({ name }) => `${name} is skipped`,
  ContextOverflow: (_provider, model) => `the conversation does not fit into the window of ${model}`,
  Refused: (_provider, model) => `${model} or its content filter refused`,
}

const overflow =
  /context[ _-]?(length|window|size)|maximum context|too many (input )?tokens|(prompt|input) is too long|token count.{0,40}exceeds|string_above_max_length/i

function classify(status: number | undefined, code: string, message: string): ModelError {
  if (/content_?(filter|policy)/i.test(code)) return 'Refused'
  if (status === 413) return 'ContextOverflow'
  if ((status === undefined || status === 400 || status === 422) && overflow.test(`${code} ${message}`)) return 'ContextOverflow'
  if (/insufficient_quota/.test(code) || status === 402) return 'Unauthorized'
  // Gemini calls a wrong key an invalid argument.
  if (status === 400 && /api[ _]key (not valid|expired|not found)/i.test(message)) return 'Unauthorized'
  // Groq could not read the call that the model wrote: another reply may do.
  if (/tool_use_failed/.test(code)) return 'ServerError'
  if (/model_not_found/.test(code)) return 'ModelNotFound'
  for (const [type, { statuses }] of Object.entries(modelErrors))
    if (isModelError(type) && status !== undefined && statuses.some((known) => known === status)) return type
  return status === undefined || status >= 500 ? 'ServerError' : 'BadRequest'
}

function isModelError(type: string): type is ModelError {
  return type in modelErrors
}

/** What the provider says, on one line, short, and without the key. */
function excerpt(text: string, key: string): string {
  const line = (key.length > 7 ? text.replaceAll(key, '…') : text).replaceAll(/\s+/g, ' ').trim()
  return line === '' ? 'no reason given' : line.length > 300 ? `${line.slice(0, 299)}…` : line
}
