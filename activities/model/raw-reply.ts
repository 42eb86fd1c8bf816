import { type Json } from '../../contract/json.ts'

/** A tool call as it came, in pieces put together. */
export interface RawCall {
  /** Empty when the server gave none. */
  id: string
  name: string
  /** Meant to be JSON. */
  arguments: string
  /** What the provider wants back with the call. */
  extra?: Record<string, Json>
}

/** What a model answered, before anything is believed. */
export interface RawReply {
  text: string
  calls: RawCall[]
  /** `length` and `content_filter` mean what they say; absent when the reply broke off. */
  finish?: string
  refusal: string
  /** What the model thought before it answered, where the server tells. */
  reasoning: string
  /** The provider wants the reasoning back with the message. */
  back?: true
  /** Absent when the server reports none, or nonsense. */
  usage?: { input: number; output: number }
  /** UTF-8 bytes of everything the model wrote, reasoning included. */
  bytes: number
}
