import { z } from 'zod'
import { Price } from '../../contract/cost.ts'
import { Check } from '../../contract/checks.ts'
import { Ref } from '../../contract/json.ts'
import { effectClasses, toolTags } from '../../contract/workspace.ts'
import { Limits } from '../../contract/limits.ts'

/** What the trace reads of the inputs and results of activities. What does not fit, as in a history of another version, becomes a plain step. */
const Text = z.union([z.string(), Ref])
const Arguments = z.record(z.string(), z.json())
const ToolCall = z.object({ id: z.string(), name: z.string(), arguments: Arguments.optional(), malformed: z.string().optional() })
const Transcript = z.object({ sha256: z.string(), bytes: z.int(), tokens: z.int(), model: z.string() })
const Usage = z.object({ input: z.int(), output: z.int() })
const At = z.object({ base: z.string(), commit: z.string() })

export const ModelInput = z.object({
  model: z.string(),
  transcript: Transcript.exactOptional(),
  add: z.array(
    z.object({
      role: z.enum(['system', 'user', 'assistant', 'tool']),
      content: Text,
      toolCalls: z.array(ToolCall.extend({ arguments: Arguments.exactOptional(), malformed: z.string().exactOptional() })).exactOptional(),
      toolCallId: z.string().exactOptional(),
      source: z.string().exactOptional(),
    }),
  ),
  tools: Ref.exactOptional(),
  output: z.object({ form: z.enum(['json_schema', 'tool', 'json_object', 'text']), schema: Ref }).exactOptional(),
  maxOutputTokens: z.int(),
})
export type ModelInput = z.infer<typeof ModelInput>
export const ModelResult = z.object({
  text: Text,
  toolCalls: z.array(ToolCall),
  finish: z.string(),
  usage: Usage,
  transcript: Transcript,
})
/** A node of a conversation, as far as the reasoning in its last message goes. */
export const ThoughtNode = z.object({ messages: z.array(z.object({ reasoning: z.object({ text: Text }).optional() })) })
export const ModelErrorDetail = z.object({ usage: Usage.optional(), charged: z.enum(['no', 'unknown']) })

export const ToolInput = z.object({
  tool: z.string(),
  arguments: Arguments,
  run: z.string().optional(),
  stage: z.string().optional(),
  effect: z.string().optional(),
  rule: z.string().optional(),
  policy: z.string().optional(),
  approved: z.string().optional(),
  dry: z.literal(true).optional(),
  workspace: At.optional(),
})
export const ToolResult = z.object({
  text: Text,
  failed: z.boolean().optional(),
  commit: z.string().optional(),
  happened: z.enum(['yes', 'no']).optional(),
  how: z.string().optional(),
})

export const TestsInput = z.object({ command: z.array(z.string()), workspace: At, baseline: Ref.optional() })
export const TestsResult = z.object({
  exitCode: z.int().nullable(),
  timedOut: z.boolean(),
  format: z.string(),
  counts: z.object({ passed: z.int(), failed: z.int(), skipped: z.int(), missing: z.int(), unskipped: z.int() }),
  failed: z.array(Check),
  missing: z.array(z.string()),
  newlySkipped: z.array(z.string()),
  protectedChanges: z.array(z.object({ path: z.string(), change: z.enum(['changed', 'deleted', 'added']), why: z.string() })),
  tampering: z.array(z.object({ path: z.string(), line: z.int(), why: z.string() })).exactOptional(),
  flaky: z.array(z.string()).exactOptional(),
  report: Ref,
  output: Ref,
  tail: z.string(),
  milliseconds: z.int(),
  sandbox: z.string(),
})

export const PatchResult = z.object({
  base: z.string(),
  commit: z.string(),
  tree: z.string(),
  diff: Ref,
  files: z.array(z.string()),
  added: z.int(),
  removed: z.int(),
})

export const PreflightResult = z.object({
  models: z.record(z.string(), z.object({ price: Price.nullable() })),
  sandbox: z.string(),
  policy: z.object({ hash: z.string() }).exactOptional(),
  tools: z
    .array(z.object({ name: z.string(), class: z.enum(effectClasses), tags: z.array(z.enum(toolTags)).exactOptional() }))
    .exactOptional(),
})
export type PreflightResult = z.infer<typeof PreflightResult>

export const DecideInput = z.object({
  gate: z.string(),
  digest: z.string(),
  answer: z.string(),
  value: z.json().optional(),
  note: z.string().optional(),
  by: z.string().optional(),
  grant: z.object({ by: z.string() }).optional(),
})
export const Answer = z.object({ accepted: z.boolean(), reason: z.string().optional() })

/** What the trace and the costs read of the closing record of a run. */
export const Certificate = z.object({
  run: z.string(),
  workflow: z.string(),
  outcome: z.object({
    status: z.enum(['accepted', 'stopped']),
    spent: z.object({ tokens: z.int(), microDollars: z.int(), milliseconds: z.int() }),
  }),
  limits: Limits,
  models: z.record(z.string(), z.object({ tries: z.int(), lost: z.int(), tokens: z.int(), microDollars: z.int() })),
  prices: z.record(z.string(), Price.nullable()).optional(),
  decisions: z.array(
    z.object({
      gate: z.string(),
      digest: z.string(),
      at: z.int(),
      since: z.int().optional(),
      question: z.string().optional(),
      asked: z.record(z.string(), z.json()).optional(),
      shown: z.json().optional(),
    }),
  ),
  endedAt: z.int(),
})
export type Certificate = z.infer<typeof Certificate>

/** What of a child's outcome its parent's trace tells; the rest stands in the child's own. */
export const ChildResult = z.object({ status: z.string(), why: z.string() })
