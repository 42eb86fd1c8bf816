/** A tool call of a scripted reply. A string as `arguments` is sent as it is, valid JSON or not. */
export interface ScriptedToolCall {
  name: string
  arguments?: Record<string, unknown> | string
  /** Default: one that no other call of the conversation has. `''` sends none. */
  id?: string
}

/** A reply that a model makes: text, tool calls, or both. Every field may be left out. */
export interface SpokenReply {
  text?: string
  toolCalls?: ScriptedToolCall[]
  /** Thinking, streamed before the text as `reasoning_content`; it counts as completion tokens. */
  reasoning?: string
  /** Sent as the message's `refusal`. */
  refusal?: string
  /** The finish reason; default `stop`, `tool_calls`, or `length` where the allowance cut the reply. */
  finish?: string
  /** `missing`: no usage is reported, though it is charged. An object overrides what is reported and charged. */
  usage?: 'missing' | { input?: number; output?: number; reasoning?: number }
  /** The reply ignores the request's output cap, as some servers do. */
  overshoot?: boolean
  /** Waits before the first byte. */
  delayMilliseconds?: number
  /** Sends the body in pieces of so many bytes, with a pause after each. */
  drip?: { bytes: number; delayMilliseconds: number }
  /** Closes the connection after so many bytes of the body. */
  cutAfterBytes?: number
}

/** An error of the provider; it is never charged. */
export interface ErrorReply {
  error: {
    status: number
    /** A string is sent as it is, an object as JSON; default: an error in OpenAI's form. */
    body?: unknown
    /** The Retry-After header: seconds or a date. */
    retryAfter?: number | string
  }
}

/** No answer for as long as the client waits; `body`: after the headers were sent. It is charged, as a provider that works in vain charges. */
export interface HangingReply {
  hang: true | 'body'
}

/** A body sent as it is. */
export interface RawReply {
  raw: string | Uint8Array
  status?: number
  /** Default `text/event-stream`. */
  contentType?: string
}

/** What the scripted server does with one request. A string is a reply of that text. */
export type Reply = string | SpokenReply | ErrorReply | HangingReply | RawReply

/** One request, as a script sees it and as `server.requests` keeps it. */
export interface ScriptedRequest {
  model: string
  /** As they were sent. */
  messages: ScriptedMessage[]
  tools: { name: string; description: string; schema: unknown }[]
  /** 1 for the first request. */
  count: number
  headers: Record<string, string>
  /** Path and query. */
  url: string
  /** `max_completion_tokens` or `max_tokens`. */
  maxTokens?: number
  stream: boolean
  /** The whole body. */
  body: Record<string, unknown>
}

/** A message as chat completions have it. */
export interface ScriptedMessage {
  role: string
  content?: unknown
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[]
  tool_call_id?: string
}

/** What the server answers: a function of the request, or replies used in order. */
export type Script = ((request: ScriptedRequest) => Reply | Promise<Reply>) | Reply[]
