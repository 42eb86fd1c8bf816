import { z } from 'zod'
import { type DecisionRecord } from './carried.ts'
import { Ref } from './json.ts'
import { type Best, type Outcome } from './outcome.ts'

/** Why a run is kept as a case: how it ended, or what a person had to do before it was accepted. */
export const caseStatuses = ['stopped', 'failed', 'killed', 'escalated', 'corrected'] as const

/** A run that something can be learnt from. Its conversations, artifacts and history are found from here. */
export const Case = z.strictObject({
  run: z.string(),
  workflow: z.string(),
  status: z
    .enum(caseStatuses)
    .describe('How it ended; escalated: a person took what was not accepted; corrected: a person objected first.'),
  reason: z.string().optional().describe('The reason of a stop, or the type of a failure.'),
  why: z.string().describe('In a sentence, what happened on what evidence.'),
  input: z.string().optional().describe('SHA-256 of the input, defaults filled in; absent where the run ended without a closing record.'),
  best: Ref.optional().describe('The best candidate, or what was accepted, with its verdict if it has one.'),
  certificate: Ref.optional().describe('The closing record; absent where there is none.'),
  history: z.string().describe('The key under which its last history is kept.'),
  at: z.int().describe('When it ended, in milliseconds since the epoch.'),
})
export type Case = z.infer<typeof Case>

/** What of a closing record decides whether the run is a case. */
export interface Closing {
  run: string
  workflow: string
  input: string
  outcome: Outcome<unknown>
  decisions: DecisionRecord[]
  endedAt: number
}

/** What is to be kept of an ended run, its best candidate beside it; undefined if it was accepted without anybody's help. */
export function caseOf(
  closing: Closing,
): { found: Omit<Case, 'best' | 'certificate' | 'history'>; best?: Best<unknown> | { value: unknown } } | undefined {
  const { run, workflow, input, outcome, decisions, endedAt: at } = closing
  const { status, reason, why, value, best = value === undefined ? undefined : { value } } = outcome
  const found =
    status === 'stopped' ? 'stopped' : outcome.fallback === 'human' ? 'escalated' : decisions.some(corrects) ? 'corrected' : undefined
  if (found === undefined) return undefined
  return { found: { run, workflow, status: found, ...(reason === undefined ? {} : { reason }), why, input, at }, ...(best ? { best } : {}) }
}

/** A person said no, or handed in a text of their own. */
function corrects({ answer, asked, value }: DecisionRecord): boolean {
  return answer === 'no' || (asked?.kind === 'editor' && value !== undefined)
}
