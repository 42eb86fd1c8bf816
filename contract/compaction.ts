import { z } from 'zod'
import { type Json, type Text } from './json.ts'
import { type Message, type Transcript } from './models.ts'
import { jsonSchema } from './tools.ts'
import { type Tool } from './workspace.ts'

/** A conversation that must become smaller: whole messages and outputs of tools are left out or kept word for word. */
export interface Compaction {
  transcript?: Transcript
  /** Messages since the transcript's head. */
  add: Message[]
  /** Most UTF-8 bytes of what is kept. */
  most: number
}

/** What became of it: the head of the smaller conversation, and how many messages and outputs it lacks. */
export interface Compacted {
  transcript: Transcript
  messages: number
  outputs: number
}

/** A message of a conversation as it was before anything was left out, by its number in the whole. */
export interface EarlierCall {
  transcript: Transcript
  arguments: { [key: string]: Json }
  /** Longer texts come back as references. */
  inlineBytes: number
}

export const Earlier = z.strictObject({
  message: z.int().nonnegative().describe('Its number.'),
  from: z.int().nonnegative().optional().describe('First character. Default: 0; at most 8,000 come back.'),
})

/** The tool by which a model gets back what was left out of its conversation; offered once something was. */
export const earlier: Tool = {
  name: 'earlier',
  description: 'Brings back a message or the output of a tool that was left out of this conversation, word for word.',
  schema: jsonSchema(Earlier),
  class: 'read',
  minutes: 1,
}

/** What `earlier` answers. */
export interface EarlierResult {
  text: Text
  failed?: boolean
}
