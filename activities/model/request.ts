import OpenAI, { APIError } from 'openai'
import { type ModelCall, type ModelName } from '../../contract/models.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { bounded, tooMuch } from './bounded.ts'
import { Collector } from './collect.ts'
import { modelErrorOf, modelFailure } from './errors.ts'
import { eventsOf } from './events.ts'
import { type Provider } from './providers.ts'
import { type RawReply } from './raw-reply.ts'
import { type Silence, type Watch, watched } from './watch.ts'

/** The longest replies have one event per token. */
const mostEvents = 200_000
const longestTimer = 2 ** 31 - 1

/** What is said in one request. */
export interface Said {
  messages: OpenAI.ChatCompletionMessageParam[]
  tools: OpenAI.ChatCompletionTool[]
  format?: OpenAI.ResponseFormatJSONSchema | OpenAI.ResponseFormatJSONObject
  /** The tool that must be called. */
  choice?: OpenAI.ChatCompletionNamedToolChoice
}

/** Makes one HTTP request, streamed, and returns what came back; fails with a model error. Never tries again. */
export function request(call: ModelCall, name: ModelName, provider: Provider, said: Said, silence: Silence): Promise<RawReply> {
  return watched(call.minutes, silence, async (watch) => {
    const client = new OpenAI({
      apiKey: provider.key,
      baseURL: provider.url,
      maxRetries: 0,
      timeout: longestTimer,
      logLevel: 'off',
      // Without these the client sends what it finds in the environment, to whatever provider.
      organization: null,
      project: null,
      adminAPIKey: null,
      // Followed, a redirect would become a GET without a body.
      fetchOptions: { redirect: 'manual' },
      fetch: async (url, init) => bounded(await fetch(url, init), watch),
    })
    try {
      crashPoint('model.request.before')
      const response = await client.chat.completions.create(bodyOf(call, name, provider, said), { signal: watch.signal }).asResponse()
      crashPoint('model.request.sent')
      return await replyOf(response, provider, watch)
    } catch (error) {
      throw modelErrorOf(error, provider, name.model)
    }
  })
}

function bodyOf(
  call: ModelCall,
  { model, effort }: ModelName,
  { outputCap }: Provider,
  said: Said,
): OpenAI.ChatCompletionCreateParamsStreaming {
  return {
    model,
    messages: said.messages,
    ...(said.tools.length === 0 ? {} : { tools: said.tools }),
    ...(said.choice ? { tool_choice: said.choice } : {}),
    ...(said.format ? { response_format: said.format } : {}),
    ...(effort ? { reasoning_effort: effort } : {}),
    [outputCap]: call.maxOutputTokens,
    stream: true,
    stream_options: { include_usage: true },
  }
}

/** Reads the stream, or the one JSON body of a server that does not stream. */
async function replyOf(response: Response, { url }: Provider, watch: Watch): Promise<RawReply> {
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('text/html')) {
    await response.body?.cancel()
    const message = `${url} answered with a web page: is it the base URL of a chat-completions server (most end in /v1)?`
    throw modelFailure('BadRequest', message, { status: response.status, charged: 'unknown' })
  }
  const collector = new Collector()
  const take = (text: string) => watch.wrote(collector.take(chunkOf(text, response.headers)))
  let events = 0
  if (type.includes('application/json')) take(await response.text())
  else if (response.body) {
    for await (const event of eventsOf(response.body)) {
      if (++events > mostEvents) throw tooMuch(`has more than ${mostEvents} events`)
      take(event)
    }
  }
  watch.signal.throwIfAborted()
  crashPoint('model.reply.read')
  const { reply } = collector
  if (reply.finish !== undefined) return reply
  const message = `the reply of ${url} broke off after ${reply.bytes} bytes`
  throw modelFailure('ConnectionFailed', message, { charged: 'unknown', ...(reply.usage ? { usage: reply.usage } : {}) })
}

/** A chunk; an error in the middle of a stream is thrown as the client throws one. */
function chunkOf(text: string, headers: Headers): unknown {
  const chunk: unknown = JSON.parse(text)
  if (typeof chunk !== 'object' || chunk === null || !('error' in chunk) || !chunk.error) return chunk
  const error = typeof chunk.error === 'object' ? chunk.error : { message: JSON.stringify(chunk.error) }
  throw new APIError(undefined, error, undefined, headers)
}
