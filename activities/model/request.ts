import OpenAI from 'openai'
import { Stream } from 'openai/streaming'
import { type ModelCall, type ModelName } from '../../contract/models.ts'
import { Collector } from './collect.ts'
import { modelErrorOf, modelFailure } from './errors.ts'
import { type Provider } from './providers.ts'
import { type RawReply } from './raw-reply.ts'
import { type Silence, type Watch, watched } from './watch.ts'

/** A body over this many bytes is no reply: the longest ones have some 250 bytes per token. */
const mostBodyBytes = 64 * 1024 * 1024
const longestTimer = 2 ** 31 - 1

/** What is said in one request. */
export interface Said {
  messages: OpenAI.ChatCompletionMessageParam[]
  tools: OpenAI.ChatCompletionTool[]
  format?: OpenAI.ResponseFormatJSONSchema
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
    })
    try {
      const response = await client.chat.completions.create(bodyOf(call, name, provider, said), { signal: watch.signal }).asResponse()
      return await replyOf(response, client, provider, watch)
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
    ...(said.format ? { response_format: said.format } : {}),
    ...(effort ? { reasoning_effort: effort } : {}),
    [outputCap]: call.maxOutputTokens,
    stream: true,
    stream_options: { include_usage: true },
  }
}

/** Reads the stream, or the one JSON body of a server that does not stream. */
async function replyOf(response: Response, client: OpenAI, provider: Provider, watch: Watch): Promise<RawReply> {
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('text/html')) {
    await response.body?.cancel()
    const message = `${provider.url} answered with a web page: is it the base URL of a chat-completions server (most end in /v1)?`
    throw modelFailure('BadRequest', message, { status: response.status, charged: 'unknown' })
  }
  const counted = new Response(response.body?.pipeThrough(counting(watch)) ?? null, { headers: response.headers })
  const collector = new Collector()
  const controller = new AbortController()
  try {
    if (type.includes('application/json')) watch.wrote(collector.take(await counted.json()))
    else for await (const chunk of Stream.fromSSEResponse<unknown>(counted, controller, client)) watch.wrote(collector.take(chunk))
  } finally {
    controller.abort()
  }
  watch.signal.throwIfAborted()
  const { reply } = collector
  if (reply.finish !== undefined) return reply
  const message = `the reply of ${provider.url} broke off after ${reply.bytes} bytes`
  throw modelFailure('ConnectionFailed', message, { charged: 'unknown', ...(reply.usage ? { usage: reply.usage } : {}) })
}

/** Bytes count as life even where they are only a server's keep-alive comments: the total time limits those. */
function counting(watch: Watch): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0
  return new TransformStream({
    transform(chunk, controller) {
      watch.alive()
      bytes += chunk.length
      if (bytes <= mostBodyBytes) controller.enqueue(chunk)
      else controller.error(modelFailure('ServerError', `the reply is over ${mostBodyBytes} bytes`, { charged: 'unknown' }))
    },
  })
}
