import { z } from 'zod'
import { type Json } from './json.ts'

/** What a gate asks for: agreement, a text, one of some options (or several), a text to be edited, or a form. */
export const gateKinds = ['confirm', 'input', 'select', 'editor', 'form'] as const
export type GateKind = (typeof gateKinds)[number]

/** What `yes` must bring along at a gate that asks for more than agreement. */
export interface Asked {
  kind: GateKind
  /** For `select`: what can be chosen. */
  options?: string[]
  /** For `select`: several may be chosen, at least one. */
  many?: true
  /** For `form`: JSON Schema of an object. */
  schema?: { [key: string]: Json }
}

/** Who may answer a gate. Each of these needs a grant: a name that anybody may write is no proof. */
export interface Needs {
  /** One of these roles. */
  roles?: string[]
  /** So many different people must say yes; once that cannot be reached with `of` people, the answer is no. */
  quorum?: { yes: number; of: number }
  /** Not whoever requested the run. */
  notRequester?: true
  /** Anybody, but proven. */
  verified?: true
}

/** What happens to a gate that nobody has answered so many minutes after it opened. All time counts; the rungs are in the order of their minutes. */
export interface Rung {
  minutes: number
  /** Asks again; asks somebody else; or answers by itself. */
  then: 'remind' | { to: string } | { answer: 'yes' | 'no' | 'stop'; value?: Json; note?: string }
}

/** One person's answer at a gate that several must answer. */
export interface Voice {
  by: string
  answer: 'yes' | 'no'
  note?: string
  /** Milliseconds since the epoch. */
  at: number
}

/** An open question to a person: an item of the answer of the query `gates`. */
export interface Gate extends Asked {
  /** The gate's path. */
  gate: string
  question: string
  show: Json
  /** SHA-256 of question, show and what is asked for; a decision must carry it. */
  digest: string
  /** Milliseconds since the epoch. */
  since: number
  needs?: Needs
  /** Who is asked now, and how often anybody was reminded. */
  to?: string
  reminders?: number
  /** When the next rung is due, in milliseconds since the epoch. */
  due?: number
  /** What was said so far, where several must answer. */
  voices?: Voice[]
}

/** The longest text that an answer may be. */
const mostText = 64_000
const text = z.string().min(1, 'an empty text is no answer').max(mostText)

/** What is wrong with the value of a yes, in one sentence; undefined when it fits. */
export function unfitValue(asked: Asked, value: Json | undefined): string | undefined {
  if (asked.kind === 'confirm') return value === undefined ? undefined : 'This gate asks for yes or no, not for a value.'
  if (value === undefined) return `This gate asks for ${wanted(asked)}: send it as the value.`
  const parsed = shapeOf(asked).safeParse(value)
  return parsed.success ? undefined : `The value does not fit; the gate stays open. ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`
}

function shapeOf({ kind, options = [], many, schema = {} }: Asked): z.ZodType {
  if (kind === 'form') return z.fromJSONSchema(schema)
  if (kind !== 'select') return text
  const option = z.enum(options, { error: `one of ${options.join(', ')}` })
  if (!many) return option
  return z
    .array(option)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, 'the same option twice')
}

function wanted({ kind, options = [], many }: Asked): string {
  if (kind === 'form') return 'a form'
  if (kind === 'select') return `${many ? 'some' : 'one'} of ${options.join(', ')}`
  return 'a text'
}

/** Whether the voices of a quorum have decided, and how. */
export function quorumOf({ yes, of }: NonNullable<Needs['quorum']>, voices: Voice[]): 'yes' | 'no' | undefined {
  const agreed = voices.filter(({ answer }) => answer === 'yes').length
  if (agreed >= yes) return 'yes'
  return voices.length - agreed > of - yes ? 'no' : undefined
}
