import { ApplicationFailure } from '@temporalio/common'
import { z } from 'zod'
import { type FailureDetail } from '../contract/failures.ts'

/** What is wrong, and what to do about it. */
export interface Problem {
  problem: string
  next: string
}

/** The problem that a failure of an activity tells; a message of a plain error is told, too. */
export function problemOf(error: unknown): Problem {
  if (error instanceof z.ZodError) return { problem: error.issues[0]?.message ?? '', next: 'loopwright models' }
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof ApplicationFailure)) return { problem: message, next: 'Correct the input, then start again.' }
  const detail = error.details?.[0] as FailureDetail | undefined
  return { problem: message, next: detail?.next ?? '' }
}
