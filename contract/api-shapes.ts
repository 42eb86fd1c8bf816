import { z } from 'zod'
import { gateKinds } from './gates.ts'
import { Selector } from './holds.ts'
import { Limits } from './limits.ts'
import { outcomeOf, Spent } from './outcome.ts'
import { ShownPart } from './shown.ts'

const time = z.number().describe('Milliseconds since the epoch.')
const state = z.enum(['running', 'waiting', 'paused', 'done', 'stopped', 'failed'])
const waitingFor = z
  .enum(['person', 'mending', 'release'])
  .describe('While it waits: for a person, for something outside to be mended, or for what is held to be released.')
const attempt = z.strictObject({ number: z.int(), of: z.int(), stalls: z.int(), stallsLimit: z.int() })
const objections = z.strictObject({ ids: z.array(z.string()), count: z.int() })
const stageKinds = ['loop', 'attempt', 'agent', 'turn', 'model', 'tool', 'verify', 'gate', 'child', 'group'] as const
const OpenStage = z.strictObject({ path: z.string(), kind: z.enum(stageKinds), text: z.string(), since: time })
const effect = z.enum(['no', 'yes', 'unknown']).describe('Whether anything was changed.')
const Failure = z.strictObject({ type: z.string(), message: z.string(), effect, next: z.string().optional() })

/** One run in a person's words. */
export const RunShape = z.strictObject({
  run: z.string(),
  workflow: z.string(),
  tenant: z.string().optional().describe('Whose run it is.'),
  status: state,
  why: z.string().describe('One sentence: what it waits for, or why it ended.'),
  stuck: z.boolean().optional(),
  silent: z.boolean().optional().describe('It is open, and no worker answers for it.'),
  waitingFor: waitingFor.optional(),
  startedAt: time.optional(),
  endedAt: time.optional(),
  attempt: attempt.optional(),
  objections: objections.optional(),
  spent: Spent.optional(),
  limits: Limits.optional(),
  open: z.array(OpenStage).optional(),
  outcome: outcomeOf(z.json()).optional(),
  failure: Failure.optional(),
})

/** What is held, by whom, why, and since when. */
export const HoldShape = Selector.extend({ by: z.string(), reason: z.string().optional(), since: time })

/** What a live run answers about itself. */
export const StatusShape = z.strictObject({
  run: z.string(),
  workflow: z.string(),
  status: state,
  why: z.string(),
  waitingFor: waitingFor.optional(),
  attempt: attempt.optional(),
  objections: objections.optional(),
  holds: z.array(HoldShape).optional(),
  pausedStages: z.array(z.string()).optional(),
  spent: Spent,
  limits: Limits,
  open: z.array(OpenStage),
  lines: z.array(z.strictObject({ path: z.string(), text: z.string(), at: time })),
  continued: z.int(),
  sandbox: z.string(),
  startedAt: time,
})

const Needs = z.strictObject({
  roles: z.array(z.string()).optional(),
  quorum: z.strictObject({ yes: z.int(), of: z.int() }).optional(),
  notRequester: z.boolean().optional(),
  verified: z.boolean().optional(),
})

/** An open question, and the run that asks it. */
export const GateShape = z.strictObject({
  run: z.string(),
  gate: z.string(),
  kind: z.enum(gateKinds),
  question: z.string(),
  show: z.json(),
  shown: z.array(ShownPart).describe('What it shows, in the words of people: lines, and diffs and long texts as artifacts.'),
  digest: z.string().describe('A decision must carry it.'),
  since: time,
  options: z.array(z.string()).optional(),
  many: z.boolean().optional(),
  schema: z.record(z.string(), z.json()).optional(),
  needs: Needs.optional(),
  to: z.string().optional(),
  reminders: z.int().optional(),
  due: time.optional(),
  voices: z.array(z.strictObject({ by: z.string(), answer: z.enum(['yes', 'no']), note: z.string().optional(), at: time })).optional(),
})

/** What a run says to a message. */
export const AnswerShape = z.strictObject({ accepted: z.boolean(), reason: z.string().optional() })

/** In three sentences: what stopped it or what it waits for, on what evidence, what to do next. */
export const WhyShape = z.looseObject({
  run: z.string(),
  workflow: z.string(),
  status: z.string(),
  what: z.string(),
  evidence: z.string(),
  next: z.string(),
  command: z.string(),
})

/** What a watcher hears: each change of the status, that nobody answers, and last the end. */
export const WatchedShape = z.union([
  z.strictObject({ kind: z.literal('status'), status: StatusShape, doing: z.string().optional() }),
  z.strictObject({ kind: z.literal('silent'), why: z.string() }),
  z.strictObject({ kind: z.literal('ended'), outcome: outcomeOf(z.json()).optional(), failure: Failure.optional() }),
])

/** What somebody hears who is attached to a run: steps that begin, what they say, how they end, and last that what was attached to is over. */
export const AttachedShape = z.union([
  z.strictObject({ kind: z.literal('begins'), stage: z.string(), text: z.string(), run: z.string().optional() }),
  z.strictObject({ kind: z.literal('output'), stage: z.string(), text: z.string(), missed: z.int() }),
  z.strictObject({ kind: z.literal('ends'), stage: z.string(), how: z.enum(['done', 'failed', 'cancelled', 'lost']) }),
  z.strictObject({ kind: z.literal('over'), stage: z.string() }),
  z.strictObject({ kind: z.literal('ended'), outcome: outcomeOf(z.json()).optional(), failure: Failure.optional() }),
])

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)

/** Payloads as Temporal's remote codecs exchange them. */
export const PayloadsShape = z.strictObject({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() })).max(10_000),
})

/** How every problem is told. */
export const ErrorShape = z.strictObject({
  error: z.strictObject({
    type: z.string().describe('What a program matches on.'),
    message: z.string().describe('One sentence.'),
    run: z.string().optional(),
    stage: z.string().optional(),
    effect,
    next: z.string().describe('What to do about it.'),
  }),
})

/** A workflow of the catalogue. */
export const WorkflowEntry = z.looseObject({
  name: z.string(),
  description: z.string(),
  input: z.json(),
  output: z.json(),
  example: z.json(),
})
/** A schedule that is to be made. */
export const NewScheduleShape = z.strictObject({
  schedule: z.string().min(1).max(200).describe('Its name; its runs are called after it.'),
  workflow: z.string().min(1).max(200),
  input: z.json().describe('Of each run.'),
  every: z.number().positive().max(525_600).optional().describe('Minutes between two runs.'),
  cron: z.string().min(1).max(200).optional().describe('`minute hour day month weekday`.'),
  timeZone: z.string().min(1).max(100).optional().describe('Of the cron expression (UTC).'),
  catchUpMinutes: z
    .int()
    .positive()
    .max(525_600)
    .optional()
    .describe('How long a time is made up for that passed while the server was down.'),
})
/** Runs that start by themselves. */
export const ScheduleShape = z.strictObject({
  schedule: z.string(),
  workflow: z.string(),
  paused: z.boolean(),
  note: z.string().optional(),
  next: z.array(z.number()),
  runs: z.array(z.string()),
})
/** Whether the server of the runs answers. */
export const HealthShape = z.strictObject({
  address: z.string(),
  version: z.string(),
  taskQueue: z.string(),
  workers: z.int(),
  stuck: z.array(z.string()),
})
/** What came of telling a run. */
export const ToldShape = z.strictObject({ run: z.string(), accepted: z.boolean(), reason: z.string().optional() })
/** Whose token it is, and what it may do. */
export const MeShape = z.strictObject({
  name: z.string(),
  roles: z.array(z.string()),
  tenant: z.string().optional().describe('It sees and touches the runs of this tenant alone.'),
  vouched: z.boolean().describe('Whether its decisions carry a grant.'),
})
