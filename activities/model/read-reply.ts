import { APIError } from 'openai'
import { crashPoint } from '../../store/crash-point.ts'
import { tooMuch } from './bounded.ts'
import { Collector } from './collect.ts'
import { errorIn } from './error-body.ts'
import { modelFailure } from './errors.ts'
import { done, eventsOf } from './events.ts'
import { type Provider } from './providers.ts'
import { type RawReply } from './raw-reply.ts'
import { type Watch } from './watch.ts'

/** The longest replies have one event per token. */
const mostEvents = 200_000
/** Ways to end that are no end of a reply: what a router says when the server behind it failed. */
const failedEndings = /^(error|network_error|malformed_function_call)$/i

/** Reads the stream, or the one JSON body of a server that does not stream. */
export async function readReply(response: Response, provider: Provider, watch: Watch): Promise<RawReply> {
  const { url } = provider
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('text/html')) {
    await response.body?.cancel()
    const message = `${url} answered with a web page: is it the base URL of a chat-completions server (most end in /v1)?`
    throw modelFailure('BadRequest', message, { status: response.status, charged: 'unknown' })
  }
  const collector = new Collector()
  const take = (text: string) => watch.wrote(collector.take(chunkOf(text, response.headers)))
  let whole = type.includes('application/json')
  let events = 0
  if (whole) take(await response.text())
  else if (response.body) {
    for await (const event of eventsOf(response.body)) {
      if (++events > mostEvents) throw tooMuch(`has more than ${mostEvents} events`)
      whole = event.startsWith(done)
      if (!whole) take(event)
    }
  }
  watch.signal.throwIfAborted()
  crashPoint('model.reply.read')
  return ended(collector.reply, whole, url)
}

/** A reply that has an end: its finish reason, or that of the stream where the server gives no reason. */
function ended(reply: RawReply, whole: boolean, url: string): RawReply {
  const { finish, bytes, usage } = reply
  const detail = { charged: 'unknown' as const, ...(usage ? { usage } : {}) }
  if (finish !== undefined && failedEndings.test(finish))
    throw modelFailure('ServerError', `${url} ended the reply after ${bytes} bytes with the reason ${finish}`, detail)
  if (finish !== undefined) return reply
  if (whole && bytes > 0) return { ...reply, finish: 'stop' }
  throw modelFailure('ConnectionFailed', `the reply of ${url} broke off after ${bytes} bytes`, detail)
}

/** A chunk; an error in the middle of a stream is thrown as the client throws one. */
function chunkOf(text: string, headers: Headers): unknown {
  const chunk: unknown = JSON.parse(text)
  const error = errorIn(chunk)
  if (error) throw new APIError(undefined, error, undefined, headers)
  return chunk
}
