import { z } from 'zod'
import { Price } from './cost.ts'
import { Ref } from './json.ts'
import { Limits } from './limits.ts'
import { Spent, stopReasons } from './outcome.ts'
import { effectClasses, toolTags } from './workspace.ts'
import { Objection } from './verdict.ts'

/** A text: short ones as they stand in the history, long ones by hash, with their text where the artifact store has it. */
export const Quoted = z.union([z.string(), Ref.extend({ text: z.string().optional(), missing: z.literal(true).optional() })])
export type Quoted = z.infer<typeof Quoted>

const at = z.int().describe('Milliseconds since the epoch.')
const Prices = z.record(z.string(), Price.nullable())
const Failure = z.strictObject({ type: z.string(), message: z.string() })

/** What every step has: where in the run, who decided on it, how it went, how long it took. */
const step = {
  path: z.string().describe('The stage, for example loop#1/attempt#2/fix#1/turn#3/ask#1.'),
  at,
  by: z.strictObject({ kind: z.enum(['model', 'rule', 'person']), name: z.string() }).describe('Who decided that this is done.'),
  status: z.enum(['done', 'failed', 'lost', 'cancelled', 'open']).describe('`lost`: nobody knows how it ended.'),
  milliseconds: z.int().optional().describe('Absent while it is open.'),
  tries: z.int().describe('How often it was begun.'),
  error: Failure.optional(),
}

const RunRecord = z.strictObject({
  kind: z.literal('run'),
  run: z.string(),
  workflow: z.string(),
  at,
  input: z.json(),
  executions: z.int().describe('How many histories were read: 1, and one for each time the run continued as new.'),
  complete: z.boolean().describe('Whether the first of them is there; the server may have forgotten it.'),
  prices: Prices.describe('Micro-dollars per million tokens; null: price unknown.'),
  sandbox: z.string(),
  policy: z.string().optional().describe('SHA-256 of the policies that it began under; absent: the built-in one.'),
  tools: z
    .array(z.strictObject({ name: z.string(), class: z.enum(effectClasses), tags: z.array(z.enum(toolTags)).optional() }))
    .optional()
    .describe('Tools that the worker had besides.'),
})

/** A message of a conversation, its long texts with their hashes. */
export const Told = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: Quoted,
  toolCalls: z.json().optional(),
  toolCallId: z.string().optional(),
  source: z.string().optional().describe('Of what was marked as data: where it comes from. What a tool answered is data of its call.'),
})
export type Told = z.infer<typeof Told>

/** What a call cost, and how that is known. */
export const Cost = z.strictObject({
  input: z.int(),
  output: z.int(),
  microDollars: z.int().nullable().describe('Null: price unknown.'),
  charged: z
    .enum(['counted', 'whole', 'nothing', 'open'])
    .describe('`counted` by the provider; `whole`: the reply never came, so the worst case; `nothing`: refused; `open`: not settled yet.'),
})
export type Cost = z.infer<typeof Cost>

const ModelRecord = z.strictObject({
  kind: z.literal('model'),
  ...step,
  model: z.string(),
  before: z.string().optional().describe('SHA-256 of the conversation that it continues.'),
  told: z.array(Told).describe('The messages since then.'),
  tools: Ref.optional(),
  schema: Ref.optional(),
  allowance: z.int().describe('Most output tokens.'),
  thought: Quoted.optional().describe('Its reasoning before it answered, where the server tells.'),
  said: Quoted.optional(),
  calls: z.json().optional().describe('The tool calls it made.'),
  finish: z.string().optional(),
  after: z.string().optional().describe('SHA-256 of the conversation with the reply.'),
  cost: Cost,
})

const ToolRecord = z.strictObject({
  kind: z.literal('tool'),
  ...step,
  tool: z.string(),
  arguments: z.json(),
  effect: z.string(),
  rule: z.string().optional().describe('The rule of the policy that let it be done.'),
  policy: z.string().optional().describe('SHA-256 of the policies that the run began under; absent: the built-in one.'),
  dry: z.literal(true).optional().describe('To be shown to a person; what it made was not taken.'),
  approved: z.string().optional().describe('SHA-256 of what a person agreed to: this call of this run under these policies.'),
  result: Quoted.optional(),
  failed: z.boolean().optional().describe('The tool said that it could not.'),
  happened: z.string().optional().describe('Of an effect outside the workspace: yes, no or unknown, and how that is known.'),
  from: z.string().optional().describe('The commit it started from.'),
  commit: z.string().optional().describe('The commit it made.'),
})

const TestsRecord = z.strictObject({
  kind: z.literal('tests'),
  ...step,
  command: z.array(z.string()),
  commit: z.string(),
  baseline: z.boolean().describe('Whether this is what later runs are compared with.'),
  accepted: z.boolean().optional(),
  objections: z.array(Objection).optional(),
  note: z.string().optional().describe('What was not counted.'),
  counts: z.record(z.string(), z.int()).optional(),
  format: z.string().optional(),
  exitCode: z.int().nullable().optional(),
  evidence: z.array(Ref).optional().describe('Every check as JSON, and everything the command printed.'),
  tail: z.string().optional(),
  sandbox: z.string().optional(),
})

const CandidateRecord = z.strictObject({
  kind: z.literal('candidate'),
  ...step,
  base: z.string(),
  commit: z.string(),
  tree: z.string(),
  files: z.array(z.string()),
  added: z.int(),
  removed: z.int(),
  diff: Quoted,
})

const StepRecord = z.strictObject({ kind: z.literal('step'), ...step, what: z.string(), text: z.string().optional() })

const DecisionRecord = z.strictObject({
  kind: z.literal('decision'),
  gate: z.string(),
  at,
  by: z.string().describe('As the message says; `unverified` when it says nobody.'),
  verified: z.literal(true).optional().describe('A grant proved it.'),
  via: z.enum(['update', 'signal']),
  answer: z.string(),
  value: z.json().optional().describe('What came with a yes that brought more.'),
  note: z.string().optional(),
  digest: z.string().describe('SHA-256 of the question and what was shown.'),
  accepted: z.boolean().nullable().describe('Whether it counted; null: a signal, which is not answered.'),
  reason: z.string().optional(),
  question: z.string().optional(),
  shown: z.json().optional(),
  proven: z.boolean().optional().describe('Whether question and shown have the digest that the decision carries.'),
  waitedMilliseconds: z.int().optional().describe('How long the question was open.'),
})

const MessageRecord = z.strictObject({
  kind: z.literal('message'),
  message: z.string().describe('steer, pause, resume, extend; stop and kill come from the server.'),
  at,
  by: z.string(),
  via: z.enum(['update', 'signal', 'server']),
  content: z.json(),
  accepted: z.boolean().nullable(),
  reason: z.string().optional(),
})

const ContinuedRecord = z.strictObject({ kind: z.literal('continued'), at, execution: z.int().describe('The number of the next one.') })

const EndRecord = z.strictObject({
  kind: z.literal('end'),
  at: at.optional(),
  status: z.enum(['accepted', 'stopped', 'failed', 'open']),
  reason: z.enum(stopReasons).optional(),
  why: z.string(),
  failure: z
    .strictObject({ type: z.string(), effect: z.enum(['no', 'yes', 'unknown']), next: z.string().optional() })
    .optional()
    .describe('Of a run that ended without an outcome: its type, whether anything was changed outside, what to do next.'),
  fallback: z.string().optional(),
  spent: Spent.optional().describe('As the ledger of the run says.'),
  limits: Limits.optional(),
  value: z.json().optional(),
  best: z.json().optional(),
  certificate: Ref.optional(),
  counted: z
    .strictObject({ calls: z.int(), tokens: z.int(), microDollars: z.int(), unpriced: z.int() })
    .describe('The sum of the calls above; `unpriced` of them have no known price and are in no sum of dollars.'),
})

/** One line of a trace. The first is the run, the last its end; between them every step, decision and message in the order of the histories. */
export const TraceRecord = z.discriminatedUnion('kind', [
  RunRecord,
  ModelRecord,
  ToolRecord,
  TestsRecord,
  CandidateRecord,
  StepRecord,
  DecisionRecord,
  MessageRecord,
  ContinuedRecord,
  EndRecord,
])
export type TraceRecord = z.infer<typeof TraceRecord>
export type TraceOf<Kind extends TraceRecord['kind']> = Extract<TraceRecord, { kind: Kind }>
