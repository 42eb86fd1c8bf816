import { z } from 'zod'
import { utf8Bytes } from '../../contract/digest.ts'
import { type RawCall, type RawReply } from './raw-reply.ts'

const Words = z.string().nullish()
const Delta = z.object({
  content: Words,
  reasoning_content: Words,
  reasoning: Words,
  refusal: Words,
  tool_calls: z
    .array(
      z.object({
        index: z.int().nullish(),
        id: Words,
        // Some servers send the arguments as an object.
        // Gemini's signature of a thought, without which it refuses to go on.
        extra_content: z.record(z.string(), z.json()).nullish().catch(undefined),
        function: z.object({ name: Words, arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() }).nullish(),
      }),
    )
    .nullish(),
})
const Chunk = z.object({
  choices: z
    .array(z.object({ index: z.int().nullish(), delta: Delta.nullish(), message: Delta.nullish(), finish_reason: Words }))
    .nullish(),
  usage: z.unknown().optional(),
})
const tokens = z.int().nonnegative().max(1_000_000_000)
const Usage = z.object({ prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens.optional().catch(undefined) })

/** A chunk that no chat-completions server would send. */
export class NotAChunk extends Error {
  override name = 'NotAChunk'
}

/** Puts a reply together from its chunks; a whole completion is taken as one chunk. */
export class Collector {
  readonly #calls: RawCall[] = []
  readonly #byIndex = new Map<number | undefined, RawCall>()
  readonly #text: string[] = []
  readonly #refusal: string[] = []
  readonly #reasoning: string[] = []
  #finish: string | undefined
  #usage: RawReply['usage']
  #bytes = 0

  /** Takes one chunk and returns what the model wrote in it, for people to watch. */
  take(chunk: unknown): string {
    const parsed = Chunk.safeParse(chunk)
    if (!parsed.success) throw new NotAChunk('the server sent something that is not a chat completion')
    this.#usage = usageOf(parsed.data.usage) ?? this.#usage
    const choice = parsed.data.choices?.find(({ index }) => (index ?? 0) === 0)
    if (!choice) return ''
    // Some servers send an empty one with every piece.
    this.#finish = choice.finish_reason || this.#finish
    const delta = choice.delta ?? choice.message
    if (!delta) return ''
    this.#text.push(delta.content ?? '')
    this.#refusal.push(delta.refusal ?? '')
    const thought = delta.reasoning_content ?? delta.reasoning ?? ''
    this.#reasoning.push(thought)
    const written = [thought, delta.content ?? '', delta.refusal ?? '']
    for (const piece of delta.tool_calls ?? []) written.push(this.#takeCall(piece))
    this.#bytes += utf8Bytes(written.join(''))
    // A call begins on a line of its own for whoever listens.
    const calls = (delta.tool_calls ?? []).some((piece) => piece.function?.name) ? '\n' : ''
    return [...written.slice(0, 3), calls, ...written.slice(3)].join('')
  }

  get reply(): RawReply {
    return {
      text: this.#text.join(''),
      calls: this.#calls,
      ...(this.#finish === undefined ? {} : { finish: finishOf(this.#finish) }),
      refusal: this.#refusal.join(''),
      reasoning: this.#reasoning.join(''),
      ...(this.#usage ? { usage: this.#usage } : {}),
      bytes: this.#bytes,
    }
  }

  #takeCall(piece: NonNullable<z.output<typeof Delta>['tool_calls']>[number]): string {
    const { name, arguments: given } = piece.function ?? {}
    const text = typeof given === 'object' && given !== null ? JSON.stringify(given) : (given ?? '')
    const call = this.#callFor(piece.index ?? undefined, piece.id ?? '', name ?? '')
    if (call.id === '') call.id = piece.id ?? ''
    if (call.name === '') call.name = name ?? ''
    call.arguments += text
    if (piece.extra_content) call.extra = piece.extra_content
    return `${name ?? ''}${text}`
  }

  /** Some servers give every call the index 0, and some give none: then another id, or without ids a name, begins another call. */
  #callFor(index: number | undefined, id: string, name: string): RawCall {
    const known = this.#byIndex.get(index)
    const another = id === '' ? index === undefined && name !== '' : known !== undefined && known.id !== '' && known.id !== id
    if (known && !another) return known
    const call = { id, name: '', arguments: '' }
    this.#calls.push(call)
    this.#byIndex.set(index, call)
    return call
  }
}

/** What other servers call the endings that decide something. */
function finishOf(reason: string): string {
  if (/^(length|max_(output_)?tokens|model_length)$/i.test(reason)) return 'length'
  return /^(content[-_]?filter|safety|prohibited_content|recitation|blocklist|spii|refusal)$/i.test(reason) ? 'content_filter' : reason
}

/** Reasoning that a server leaves out of the completion tokens is in the total. */
function usageOf(value: unknown): RawReply['usage'] {
  const usage = Usage.safeParse(value)
  if (!usage.success) return undefined
  const { prompt_tokens: input, completion_tokens: output, total_tokens: total = 0 } = usage.data
  return { input, output: Math.max(output, total - input) }
}
