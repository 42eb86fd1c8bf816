import { ApplicationFailure } from '@temporalio/common'
import { type FailureDetail, type FailureType } from '../contract/failures.ts'

/** A typed failure that Temporal does not retry: the message says what happened, the detail whether anything changed and what to do next. */
export function failure(type: FailureType, message: string, detail: FailureDetail, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [detail], ...(cause instanceof Error ? { cause } : {}) })
}
