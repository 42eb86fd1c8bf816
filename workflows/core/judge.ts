import { ApplicationFailure } from '@temporalio/workflow'
import { Verdict } from '../../contract/verdict.ts'
import { runStopped, stopOf } from './failure.ts'
import { type Decision } from './gate.ts'

/** A verdict that can be relied on: what is malformed, contradictory or failed rejects. `throw`: a failure is the caller's, because nothing was proposed yet. */
export async function judge(verify: () => Promise<Verdict>, onFailure: 'reject' | 'throw' = 'reject'): Promise<Verdict> {
  try {
    return checked(await verify())
  } catch (error) {
    if (onFailure === 'throw') throw error
    return rejected('the verifier failed', failedToVerify(error))
  }
}

/** Why somebody who verifies gave no verdict; throws what is not theirs: a stop of the run, a bug. */
export function failedToVerify(error: unknown): string {
  if (!(error instanceof ApplicationFailure) || stopOf(error) || error.type === 'ReentryDiverged') throw error
  return error.message
}

/** The verdict on a candidate that a person has declined before: they are not asked again. */
export function declinedBefore(verdict: Verdict): Verdict {
  return { ...verdict, accepted: false, objections: [{ id: 'person', text: 'This is what a person did not agree to before, unchanged.' }] }
}

/** A person's word on a candidate that the verifier accepts. */
export function withDecision(verdict: Verdict, { answer, note, by }: Decision): Verdict {
  if (answer === 'yes') return verdict
  if (answer === 'stop') throw runStopped({ reason: 'declined', why: `${by ?? 'A person'} declined: ${note ?? 'no reason given'}.` })
  return { ...verdict, accepted: false, objections: [{ id: 'person', text: note ?? 'A person does not agree.' }] }
}

function checked(value: unknown): Verdict {
  const parsed = Verdict.safeParse(value)
  if (!parsed.success) return rejected('malformed verdict', 'What the verifier returned is no verdict.')
  const { objections, blocked } = parsed.data
  const accepted = parsed.data.accepted && objections.length === 0 && blocked === undefined
  if (!accepted && objections.length === 0)
    return { ...parsed.data, accepted, objections: [{ id: 'rejected', text: blocked ?? 'The verifier gave no reason.' }] }
  return { ...parsed.data, accepted }
}

function rejected(id: string, text: string): Verdict {
  return { accepted: false, objections: [{ id, text }], evidence: [], failed: true }
}
