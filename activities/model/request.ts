import OpenAI from 'openai'
import { type ModelCall, type ModelName } from '../../contract/models.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type Ability } from '../../contract/abilities.ts'
import { bounded } from './bounded.ts'
import { modelErrorOf } from './errors.ts'
import { readable } from './error-body.ts'
import { type Sent } from './lacks.ts'
import { type Provider } from './providers.ts'
import { type RawReply } from './raw-reply.ts'
import { readReply } from './read-reply.ts'
import { type Silence, watched } from './watch.ts'

const longestTimer = 2 ** 31 - 1
const otherCap = { max_tokens: 'max_completion_tokens', max_completion_tokens: 'max_tokens' } as const

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
      defaultQuery: provider.query,
      ...(provider.keyHeader === 'authorization' ? {} : { defaultHeaders: { authorization: null, [provider.keyHeader]: provider.key } }),
      maxRetries: 0,
      timeout: longestTimer,
      logLevel: 'off',
      // Without these the client sends what it finds in the environment, to whatever provider.
      organization: null,
      project: null,
      adminAPIKey: null,
      // Followed, a redirect would become a GET without a body.
      fetchOptions: { redirect: 'manual' },
      fetch: async (url, init) => readable(bounded(await fetch(url, init), watch)),
    })
    try {
      crashPoint('model.request.before')
      const response = await client.chat.completions.create(bodyOf(call, name, provider, said), { signal: watch.signal }).asResponse()
      crashPoint('model.request.sent')
      return await readReply(response, provider, watch)
    } catch (error) {
      throw modelErrorOf(error, provider, name.model, sentOf(name, provider, said))
    }
  })
}

function bodyOf(
  call: ModelCall,
  { model, effort }: ModelName,
  { outputCap, lacks }: Provider,
  said: Said,
): OpenAI.ChatCompletionCreateParamsStreaming {
  return {
    model,
    messages: said.messages,
    ...(said.tools.length === 0 ? {} : { tools: said.tools }),
    ...(said.choice ? { tool_choice: said.choice } : {}),
    ...(said.format ? { response_format: said.format } : {}),
    ...(effort && !lacks.includes('effort') ? { reasoning_effort: effort } : {}),
    [lacks.includes('cap') ? otherCap[outputCap] : outputCap]: call.maxOutputTokens,
    stream: true,
    ...(lacks.includes('usage') ? {} : { stream_options: { include_usage: true } }),
  }
}

/** What a request asks for that servers may lack. Who forces a tool to get JSON has other ways, and is no user of tools. */
function sentOf({ effort }: ModelName, { lacks }: Provider, { messages, tools, choice, format }: Said): Sent {
  const sent: Record<Ability, boolean> = {
    tools: tools.length > 0 && !choice,
    effort: effort !== undefined,
    system: messages.some(({ role }) => role === 'system'),
    usage: true,
    cap: true,
  }
  const abilities = (Object.keys(sent) as Ability[]).filter((ability) => sent[ability] && !lacks.includes(ability))
  return { abilities, form: choice !== undefined || format !== undefined }
}
