import { z } from 'zod'
export { type Gate } from './gates.ts'
import { Grant } from './grants.ts'
import { type Hold, Selector } from './holds.ts'
import { Extension, type Limits } from './limits.ts'
import { type Spent } from './outcome.ts'

const common = {
  id: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Makes the message repeatable: a second one with the same id is answered like the first and does nothing.'),
  by: z.string().min(1).max(200).optional().describe('Who sends it; unverified.'),
}

/** The messages a run understands. The Update, the signal twin, the client call and the CLI command are all made from this table. */
export const messages = {
  decide: {
    description: 'Answers a gate.',
    input: z.strictObject({
      gate: z.string().min(1).describe('The gate, as `gates` names it.'),
      digest: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('The digest of what was shown; a decision about something else is refused.'),
      answer: z.enum(['yes', 'no', 'stop']).describe("'no' makes the note the next objection, 'stop' ends the run as declined."),
      value: z.json().optional().describe('With a yes at a gate that asks for more: a text, an option, a list of options, or a form.'),
      note: z.string().max(8_000).optional().describe('Why; the model reads it after a no.'),
      grant: Grant.optional().describe('Proves who decides; made by whoever holds the key of the workers.'),
      ...common,
    }),
  },
  steer: {
    description: 'Gives the agent a message before its next turn, or when it would stop.',
    input: z.strictObject({
      text: z.string().min(1).max(8_000).describe('What the model is told.'),
      when: z.enum(['next', 'end']).default('next').describe("'next': before the next turn; 'end': when the agent would stop."),
      stage: z.string().optional().describe('The path of the agent that is meant; otherwise the innermost oldest open one.'),
      ...common,
    }),
  },
  pause: {
    description: 'Starts no new step until resumed; what is in flight finishes and is kept.',
    input: z.strictObject({
      now: z.boolean().default(false).describe('Also cancels what is in flight; it is done again after resume.'),
      stage: z.string().min(1).optional().describe('Only this stage and what is inside it, by its path; otherwise the whole run.'),
      children: z.boolean().default(true).describe('Also the runs that it waits for, and theirs; false leaves them going.'),
      ...common,
    }),
  },
  resume: {
    description: 'Goes on after a pause.',
    input: z.strictObject({
      note: z.string().min(1).max(8_000).optional().describe('Told to the agent before its next turn, like steer.'),
      stage: z.string().min(1).optional().describe('Only this stage, as it was paused; otherwise everything that is paused.'),
      ...common,
    }),
  },
  extend: {
    description: 'Raises limits of a live run; what is spent stays spent.',
    input: z.strictObject({ limits: Extension, ...common }),
  },
  hold: {
    description: 'Begins no step that uses what is held until it is released; what is in flight finishes. Resuming does not release.',
    input: Selector.extend({
      on: z.boolean().default(true).describe('False releases what was held so.'),
      reason: z.string().min(1).max(2_000).optional().describe('Why, for whoever asks what the run waits for.'),
      ...common,
    }).refine(({ model, tool, workflow, tenant }) => [model, tool, workflow, tenant].filter((one) => one !== undefined).length <= 1, {
      error: 'A hold is about one of model, tool, workflow and tenant, or without any about the whole run.',
    }),
  },
} as const
export type MessageName = keyof typeof messages
export type MessageInput<Name extends MessageName> = z.input<(typeof messages)[Name]['input']>
export type Message<Name extends MessageName> = z.output<(typeof messages)[Name]['input']>

/** What a run says to a message. A refusal stands in the history like an acceptance. */
export interface MessageAnswer {
  accepted: boolean
  /** One sentence; always there on refusal. */
  reason?: string
}

/** The queries a run answers. */
export const queries = {
  status: 'What the run is doing, why, and what it has spent.',
  gates: 'The open questions to people.',
} as const

/** A tracked step that is open now. */
export interface OpenStage {
  /** `loop#1/attempt#3/fix#1/turn#7/ask#1` */
  path: string
  kind: 'loop' | 'attempt' | 'agent' | 'turn' | 'model' | 'tool' | 'verify' | 'gate' | 'child' | 'group'
  /** For people: "asking openai/gpt-5-mini", "running npm test". */
  text: string
  /** Milliseconds since the epoch. */
  since: number
}

/** A finished group of steps, in one line. */
export interface Line {
  path: string
  text: string
  /** Milliseconds since the epoch. */
  at: number
}

/** The answer of the query `status`. */
export interface Status {
  run: string
  workflow: string
  status: 'running' | 'waiting' | 'paused' | 'done' | 'stopped' | 'failed'
  /** One sentence: what it waits for, or why it ended. */
  why: string
  /** While it waits: for a person's answer, for something outside to be mended, which `resume` looks at again at once, or until what is held is released. */
  waitingFor?: 'person' | 'mending' | 'release'
  /** What is held of this run, whether or not a step waits for it. */
  holds?: Hold[]
  /** The stages that are paused, by their paths. */
  pausedStages?: string[]
  /** Of the innermost loop that is open. */
  attempt?: { number: number; of: number; stalls: number; stallsLimit: number }
  /** What the last verdict objected to: at most ten ids, and how many there are. */
  objections?: { ids: string[]; count: number }
  spent: Spent
  limits: Limits
  open: OpenStage[]
  /** The last 50 finished groups. */
  lines: Line[]
  /** How many times the run has continued as new. */
  continued: number
  /** What confines commands. */
  sandbox: string
  startedAt: number
}
